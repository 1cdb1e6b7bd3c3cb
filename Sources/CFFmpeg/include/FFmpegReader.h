// A video file as RGB pictures from front to back, on FFmpeg's own libraries. Nothing is shared between readers.
#ifndef FFMPEG_READER_H
#define FFMPEG_READER_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

typedef enum vr_status {
    VR_OK = 0,
    VR_END = 1,           // after the last picture
    VR_UNREADABLE = -1,   // the system refuses the bytes
    VR_NOT_VIDEO = -2,    // no container that is known, or its header is damaged
    VR_NO_PICTURES = -3,  // no video stream, or none whose pictures decode
    VR_UNSUPPORTED = -4,  // no decoder, or a pixel layout that cannot become RGB
    VR_TOO_LARGE = -5,    // more pixels than the caller allows
    VR_NO_MEMORY = -6,
} vr_status;

/// What is wrong with one picture. The first four are said of the picture itself, VR_AFTER of what may be copied from it.
enum {
    VR_BITS = 1,       // its data were invalid, or the demuxer handed over a packet that is cut
    VR_REFERENCE = 2,  // a picture that it refers to is missing
    VR_CONCEALED = 4,  // parts of it were made up by the decoder
    VR_SAID = 8,       // the decoder printed an error while it worked on it
    VR_AFTER = 16,     // it was decoded after a damaged or lost picture and before the next key picture
    VR_HOLE = 32,      // the container cannot be read before it: pictures may be missing, the last one may be damaged
};

typedef struct vr_info {
    int32_t width, height;          // as shown: turned, not stretched
    int32_t rate_num, rate_den;     // average pictures a second; 0/1 when the container does not say
    int32_t aspect_num, aspect_den; // of one pixel as shown; 0/1 when unknown
    int32_t rotation;               // clockwise degrees that were applied: 0, 90, 180, 270
    int32_t mirrored;               // 1 when it was mirrored, before it was turned
    int32_t other_angle;            // clockwise degrees of a display matrix that is no quarter turn: not applied
    int32_t full_range;             // of the first picture: 1, 0, or -1 when untagged or RGB
    int32_t rgb;                    // 1 when the pictures are stored as RGB, which range and matrix mean nothing to
    int32_t video_streams;          // attached pictures not counted
    int32_t stream;                 // number of the one that is read, among all streams
    int64_t samples;                // pictures that MP4's index lists, edit list applied; of AVI's header, repeats
                                    // (chunks without bytes) counted; 0 when there is no such number
    int64_t estimate;               // about how many pictures there are, from whatever the container says; 0 unknown
    int64_t samples_cut;            // of MP4's, the ones that lie wholly or partly behind the end of the file
    int64_t declared_bytes;         // where the outermost box, segment or RIFF ends; 0 when that says nothing
    int64_t bytes;                  // the file's size
    char matrix[32];                // of the first picture, as FFmpeg calls it; "" when untagged or RGB
} vr_info;

typedef struct vr_picture {
    int64_t index;          // 0, 1, …
    uint32_t damage;        // 0 or VR_BITS | …
    int64_t since;          // when damaged: the first picture that may show it, for some are decoded later and shown earlier
    int64_t missing;        // only at VR_END: pictures that `samples` promises and that neither came nor were lost
    int32_t lost;           // packets that gave an error instead of a picture since the last picture
    int32_t width, height;  // its own size, before it was turned and scaled
    int32_t scaled;         // 1 when that differs from the first picture's: it was scaled to that
} vr_picture;

typedef struct vr_reader vr_reader;

/// Opens a file and decodes its first picture, so that `info` is what pictures really are.
/// - Parameters:
///   - most_pixels: a video of larger pictures is refused before memory is taken for one.
///   - why: text of the failure, at most `size` bytes with its 0.
vr_status vr_open(const char *path, int64_t most_pixels, vr_reader *_Nullable *_Nonnull out, vr_info *info, char *why,
                  size_t size);
/// The next picture as interleaved RGB, 3 * width * height bytes without padding.
/// At VR_END `picture` speaks of the end: `index` counts the pictures, `lost` the packets behind the last one that gave
/// none, and `damage` is VR_HOLE when the container cannot be read to its end.
vr_status vr_next(vr_reader *reader, uint8_t *rgb, vr_picture *picture, char *why, size_t size);
/// The picture that vr_next gave last in its own numbers, turned as it is shown: of each pixel the brightest channel and how
/// opaque it is, with the bits of either; 0 bits, and nothing written, where RGB says it all or there is no opacity. Without
/// room for them it only tells the bits.
void vr_numbers(const vr_reader *reader, uint16_t *_Nullable brightest, uint16_t *_Nullable opacity, int32_t *bits,
                int32_t *opacity_bits);
void vr_close(vr_reader *_Nullable reader);

/// Versions of the libraries that read, as "libavformat 59.27.100, …".
const char *vr_libraries(void);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
#endif
