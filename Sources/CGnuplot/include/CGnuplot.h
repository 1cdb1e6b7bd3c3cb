// Plain C boundary over gnuplot-iostream.
#ifndef CGNUPLOT_H
#define CGNUPLOT_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

typedef struct gp_plot gp_plot;

/// Starts the program (found on PATH). NULL with errno set when it cannot be started.
gp_plot *_Nullable gp_open(const char *program);
/// Sends text of a gnuplot script. 0, or -1 when the pipe is broken.
int32_t gp_send(gp_plot *plot, const char *text);
/// Closes the pipe and waits. gnuplot's exit status, or -1 when it was killed or the pipe broke.
int32_t gp_close(gp_plot *plot);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
#endif
