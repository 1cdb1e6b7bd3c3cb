// Plain C boundary over what the C library offers for starting programs beyond POSIX.
#ifndef CPROCESS_H
#define CPROCESS_H
#include <sys/types.h>
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/// Starts a program in a session of its own, with no open file but standard input from /dev/null and standard output and
/// standard error to the ends of two files, which are made where they are not there, and with no signal ignored or blocked.
/// `arguments` (the program's name first) and `environment` end with NULL. 0, or the system's error.
int cprocess_start(
    pid_t *pid, const char *program, char *_Nullable const *_Nonnull arguments, char *_Nullable const *_Nonnull environment, const char *output,
    const char *errors);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
