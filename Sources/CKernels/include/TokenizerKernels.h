// Hot loops of the video tokenizer, float32; the rules of NetworkKernels.h hold. A frame is [height][width][channels],
// and weights are used in the panels of MatrixKernels.h.
#ifndef TOKENIZER_KERNELS_H
#define TOKENIZER_KERNELS_H
#include "MatrixKernels.h"
#ifdef __cplusplus
extern "C" {
#endif
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

enum {
    TB_WINOGRAD_TILE = 4,     // edge of the squares that the 3x3 convolution works in
    TB_WINOGRAD_POINTS = 36,  // products that take the place of one square's 16 x 9
};

/// One tap of a convolution: where its weights begin, and what is added to its diagonal.
typedef struct tb_tap {
    size_t offset;
    float diagonal;
} tb_tap;

/// Panels `first` to `first + count` of the sum of some taps: panels[p][k][l] is the sum over taps of
/// w[(TB_PANEL p + l) row_stride + k column_stride + offset], plus the diagonals where TB_PANEL p + l = k. w has `rows`
/// rows, and `panel_stride` the distance of panels, at least TB_PANEL columns. `panels` begins at panel 0.
void tb_pack_panels(tb_isa isa, const float *restrict w, size_t rows, size_t columns, size_t row_stride,
                    size_t column_stride, const tb_tap *restrict taps, size_t tap_count, float *restrict panels,
                    size_t panel_stride, size_t first, size_t count);

/// Adds the sum and the sum of squares of n numbers to sums[0] and sums[1].
void tb_moments(tb_isa isa, const float *restrict x, size_t n, double *restrict sums);

/// A window of a frame, zero outside it: window[r][x][c] = frame[top + r][left + x][c].
typedef struct tb_window {
    ptrdiff_t top, left;
    size_t height, width;
    size_t halving;  // 1 reads the frame as if every pixel were 2x2 of them
    int32_t silu;    // with scale and shift: whether SiLU follows
} tb_window;
/// With scale and shift, the numbers inside the frame become scale * x + shift of their channel.
void tb_read_window(tb_isa isa, const float *restrict frame, size_t height, size_t width, size_t channels,
                    const tb_window *restrict at, const float *_Nullable restrict scale,
                    const float *_Nullable restrict shift, float *restrict window);

/// 3x3 convolution in squares of 4x4 (Winograd's minimal filtering, points 0, +-3/4, +-3/2, infinity).
/// Filters [outputs][inputs][3][3] as panels [36][panel][inputs][TB_PANEL]; panels `first` to `first + count` of every
/// point. `diagonal` is added to the middle tap of each channel's own filter.
void tb_winograd_filters(tb_isa isa, const float *restrict w, size_t outputs, size_t inputs, float diagonal,
                         float *restrict panels, size_t first, size_t count);
/// A window of 4 down + 2 rows and 4 across + 2 columns as points [36][down * across squares][channels].
void tb_winograd_split(tb_isa isa, const float *restrict window, size_t down, size_t across, size_t channels,
                       float *restrict points);
/// The way back: products [36][down * across squares][channels] to pixels, plus bias, cut at `rows` rows of `width`.
void tb_winograd_join(tb_isa isa, const float *restrict products, size_t down, size_t across, size_t channels,
                      const float *restrict bias, float *restrict out, size_t rows, size_t width);

/// Attention of every pixel to itself in the frames so far: out = softmax(scale q k^T) v, all frames [pixels][width].
/// `logits` has room for frames + 16 numbers.
void tb_attend_frames(tb_isa isa, const float *restrict q, const float *_Nonnull const *_Nonnull restrict keys,
                      const float *_Nonnull const *_Nonnull restrict values, size_t frames, float scale,
                      float *restrict out, size_t pixels, size_t width, float *restrict logits);

/// One frame of Haar patches of edge 2^levels, at most 16. `pixels[f]` is row 0 of frame f of the first colour, `plane` the
/// distance of colours, `width` that of rows and a multiple of the edge; patches are [colours * 8^levels] numbers each, next to
/// each other. Rows `first` to `first + count` of patches, all pointers being those of row 0.
void tb_haar_split(const float *_Nonnull const *_Nonnull restrict pixels, size_t plane, size_t width, size_t colours,
                   size_t levels, float *restrict patches, size_t first, size_t count);
void tb_haar_join(const float *restrict patches, size_t width, size_t colours, size_t levels,
                  float *_Nullable const *_Nonnull restrict pixels, size_t plane, size_t first, size_t count);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
#endif
