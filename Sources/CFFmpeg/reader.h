// What the reader's files share.
#ifndef CFFMPEG_READER_H
#define CFFMPEG_READER_H
#include "FFmpegReader.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>

// How far back packets and pictures are remembered. A decoder holds some dozens.
enum { VR_RING = 1024, VR_RECENT = 64, VR_LOST = 256, VR_LINE = 200 };

/// The bytes of a file.
typedef struct vr_input {
    int fd;
    int system_error;    // errno of a read that failed
    int64_t position, bytes;
    int64_t allowance;   // bytes that may still be read: a file that leads its demuxer in circles ends
    AVIOContext *io;
} vr_input;

/// What is known about packets that gave no picture or a damaged one.
///
/// A packet's serial number travels through the decoder and comes out with its picture. Packets have even numbers; the
/// odd one before a packet is that of a hole in the file.
typedef struct vr_damage {
    int64_t serial;                           // of the packet sent last
    int64_t times[VR_RING];                   // of packets, by serial / 2
    int64_t keys[VR_RING], key_times[VR_RING], key_count;
    int64_t damaged[VR_RING], damaged_count;  // serial numbers
    int64_t recent[VR_RECENT];                // the last pictures' serial numbers
    int64_t hole;                             // serial number of the last hole, when no picture behind it was shown yet
    int64_t lost_times[VR_LOST];              // of lost packets that no picture stands behind yet
    int lost_count, lost_unplaced;
    int64_t lost_total;
} vr_damage;

/// Which part of the libraries is at work, so that what they print is laid to its charge.
typedef enum vr_stage { VR_STAGE_OTHER, VR_STAGE_DEMUXING, VR_STAGE_DECODING } vr_stage;

struct vr_reader {
    vr_input input;
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
    int is_draining, drain_errors;
    int is_held;              // `frame` is the first picture, not yet given out
    int64_t count, samples;   // pictures given out; pictures promised
    int64_t last_time;        // of all packets
    // Conversion, for frames like `shape`.
    struct SwsContext *scaler;
    struct { int width, height, format; enum AVColorRange range; enum AVColorSpace matrix; } shape;
    AVFrame *rgb;
    int width, height;  // of the first frame, before it is turned
    int turn[4];        // a, b, c, d of the display matrix as -1, 0, 1: pixel (x, y) goes to (a x + c y, b x + d y)
    // What the libraries print.
    vr_stage stage;
    int is_torn;  // something was printed while demuxing
    int64_t said;
    char line[VR_LINE];  // the first
    vr_damage damage;
};

// reader.c
vr_status vr_fail(vr_status status, char *why, size_t size, const char *text, ...) __attribute__((format(printf, 4, 5)));
vr_status vr_no_memory(char *why, size_t size);

// input.c
/// Opens the bytes of a regular file.
vr_status vr_input_open(vr_input *input, const char *path, char *why, size_t size);
void vr_input_close(vr_input *input);
/// Where the file should end by its outermost structure; 0 when that says nothing.
int64_t vr_declared_end(const vr_input *input);

// container.c
/// Opens the container and the decoder of the stream that is read.
vr_status vr_open_container(vr_reader *r, int64_t most_pixels, vr_info *info, char *why, size_t size);
/// What a failed call of the libraries means, where the system or the memory is the cause.
vr_status vr_cause(const vr_reader *r, int error, vr_status otherwise);

// facts.c
/// What the container promises; before the first picture.
void vr_count_samples(vr_reader *r, vr_info *info);
/// How pictures are shown; after the first picture was decoded.
void vr_find_facts(vr_reader *r, vr_info *info);

// decoding.c
/// The decoder's next frame, in `r->frame`.
vr_status vr_decode(vr_reader *r, char *why, size_t size);

// damage.c
/// Hears what the libraries print on this thread on behalf of a reader, or of none.
void vr_listen(vr_reader *r);
const char *vr_first_line(const vr_reader *r);
void vr_note_packet(vr_damage *d, const AVPacket *packet);
void vr_note_damage(vr_damage *d, int64_t serial);
void vr_note_hole(vr_damage *d);
/// The packet sent last gave an error instead of a picture.
void vr_note_lost(vr_damage *d);
/// Says in `picture` what is wrong with `r->frame`.
void vr_judge(vr_reader *r, vr_picture *picture);
/// How many lost packets belong before a time, which are forgotten.
int vr_take_lost(vr_damage *d, int64_t before);

// conversion.c
/// `r->frame` as RGB of the first frame's size, turned as it is shown.
vr_status vr_convert(vr_reader *r, uint8_t *to, char *why, size_t size);

#endif
