// RGB pictures to a video file on FFmpeg's own libraries, byte for byte as the ffmpeg program writes them with
//   -c:v ffv1 -level 3 -g 1 -slices 4 -pix_fmt bgr0     or     -c:v libx264 -crf N -pix_fmt yuv420p
// and -threads N -fflags +bitexact -flags:v +bitexact.
#ifndef FFMPEG_WRITER_H
#define FFMPEG_WRITER_H
#include <stddef.h>
#include <stdint.h>

typedef struct vw_writer vw_writer;

typedef struct vw_options {
    const char *_Nonnull encoder;  // as FFmpeg names it
    int32_t is_lossless;           // 1: the encoder is FFV1, in Matroska; 0: it is H.264, 4:2:0 of even sizes in MP4
    int32_t width, height;
    double rate;          // frames a second
    int32_t rate_factor;  // x264's, 0 ... 51
    int32_t threads;      // x264's bytes depend on it
} vw_options;

// What a function gives when these libraries lack the encoder.
extern const int32_t vw_no_encoder;

// All give 0 or FFmpeg's error: minus the system's, or one of its own. After an error only vw_close remains.

// Begins a video in an open file, which stays the caller's to close.
int32_t vw_open(int32_t file, const vw_options *_Nonnull options, vw_writer *_Nullable *_Nonnull out);
// Interleaved RGB without gaps between lines.
int32_t vw_append(vw_writer *_Nonnull writer, const uint8_t *_Nonnull rgb);
// All is with the system when it gives 0; not yet synced.
int32_t vw_finish(vw_writer *_Nonnull writer);
void vw_close(vw_writer *_Nullable writer);

// The error as a person reads it.
void vw_reason(int32_t error, char *_Nonnull text, size_t size);
// Version of the library that encodes, as "59.37.100".
void vw_version(char *_Nonnull text, size_t size);
#endif
