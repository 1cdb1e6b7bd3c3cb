// Plain C boundary over OpenCV: resizing, Canny, still images. No C++ type and no exception crosses it.
#ifndef COPENCV_H
#define COPENCV_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

typedef enum ocv_status {
    OCV_OK = 0,
    OCV_OPEN = -1,     // the file cannot be opened or written as what it should be
    OCV_FAILED = -2,   // an exception; see ocv_last_error
} ocv_status;

/// Text of the last failure on the calling thread ("" when none).
const char *ocv_last_error(void);
const char *ocv_version(void);
/// Threads that one OpenCV call uses, for the whole process.
void ocv_set_threads(int32_t n);

/// Interleaved 8-bit images with 1 or 3 channels; interpolation: 0 nearest, 1 bilinear, 2 bicubic,
/// 3 area.
ocv_status ocv_resize8(const uint8_t *source, int32_t width, int32_t height, int32_t channels, uint8_t *target,
                       int32_t target_width, int32_t target_height, int32_t interpolation);
/// The same for floats.
ocv_status ocv_resize32(const float *source, int32_t width, int32_t height, int32_t channels, float *target,
                        int32_t target_width, int32_t target_height, int32_t interpolation);
ocv_status ocv_resize64(const double *source, int32_t width, int32_t height, double *target, int32_t target_width,
                        int32_t target_height, int32_t interpolation);
/// Canny with a 3x3 Sobel and L1 magnitude; gray != 0 converts to gray first. edges: width * height bytes, 0 or 255.
ocv_status ocv_canny(const uint8_t *rgb, int32_t width, int32_t height, int32_t gray, double low, double high,
                     uint8_t *edges);

/// Black text into an RGB image, its baseline beginning at (x, y); what lies outside is cut.
ocv_status ocv_draw_text(uint8_t *rgb, int32_t width, int32_t height, const char *text, int32_t x, int32_t y,
                         double scale);
/// JPEG bytes of an RGB image; free them with ocv_free.
ocv_status ocv_encode_jpeg(const uint8_t *rgb, int32_t width, int32_t height, int32_t quality,
                           uint8_t *_Nullable *_Nonnull bytes, size_t *size);
/// The bytes of an image file of the kind that a suffix names, as ".png"; free them with ocv_free.
ocv_status ocv_encode_image(const char *suffix, const uint8_t *rgb, int32_t width, int32_t height,
                            uint8_t *_Nullable *_Nonnull bytes, size_t *size);
void ocv_free(void *_Nullable bytes);
/// Decodes a still image as RGB; free the pixels with ocv_free.
ocv_status ocv_read_image(const char *path, uint8_t *_Nullable *_Nonnull rgb, int32_t *width, int32_t *height);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
#endif
