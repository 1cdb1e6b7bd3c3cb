#include "CKernels.h"

#define TB_VARIANTS_BODY "tokenizer_body.h"
#include "variants.h"

void tb_pack_panels(tb_isa isa, const float *restrict w, size_t rows, size_t columns, size_t row_stride,
                    size_t column_stride, const tb_tap *restrict taps, size_t tap_count, float *restrict panels,
                    size_t panel_stride, size_t first, size_t count) {
    TB_DISPATCH(isa, pack_panels, w, rows, columns, row_stride, column_stride, taps, tap_count, panels, panel_stride,
                first, count)
}

void tb_moments(tb_isa isa, const float *restrict x, size_t n, double *restrict sums) {
    TB_DISPATCH(isa, moments, x, n, sums)
}

void tb_read_window(tb_isa isa, const float *restrict frame, size_t height, size_t width, size_t channels,
                    const tb_window *restrict at, const float *restrict scale, const float *restrict shift,
                    float *restrict window) {
    TB_DISPATCH(isa, read_window, frame, height, width, channels, at, scale, shift, window)
}

void tb_winograd_filters(tb_isa isa, const float *restrict w, size_t outputs, size_t inputs, float diagonal,
                         float *restrict panels, size_t first, size_t count) {
    TB_DISPATCH(isa, winograd_filters, w, outputs, inputs, diagonal, panels, first, count)
}

void tb_winograd_split(tb_isa isa, const float *restrict window, size_t down, size_t across, size_t channels,
                       float *restrict points) {
    TB_DISPATCH(isa, winograd_split, window, down, across, channels, points)
}

void tb_winograd_join(tb_isa isa, const float *restrict products, size_t down, size_t across, size_t channels,
                      const float *restrict bias, float *restrict out, size_t rows, size_t width) {
    TB_DISPATCH(isa, winograd_join, products, down, across, channels, bias, out, rows, width)
}

void tb_attend_frames(tb_isa isa, const float *restrict q, const float *const *restrict keys,
                      const float *const *restrict values, size_t frames, float scale, float *restrict out,
                      size_t pixels, size_t width, float *restrict logits) {
    TB_DISPATCH(isa, attend_frames, q, keys, values, frames, scale, out, pixels, width, logits)
}

// --- Haar patches ----------------------------------------------------------------------------------------------------

enum { MOST_EDGE = 16, MOST_CUBE = MOST_EDGE * MOST_EDGE * MOST_EDGE };

// Sums and differences along one bit of the index; all three axes and levels together are the transform of a cube.
static void butterflies(float *restrict x, size_t n) {
    for (size_t step = 1; step < n; step *= 2)
        for (size_t i = 0; i < n; i += 2 * step)
            for (size_t j = i; j < i + step; ++j) {
                const float a = x[j], b = x[j + step];
                x[j] = a + b;
                x[j + step] = a - b;
            }
}

// Where pixel (t, y, x) of a cube lies so that the bits of its place are those of the bands: for each level, the finest
// first, three bits, x lowest. Transforming every bit then leaves band b of the channel order in place b.
static size_t place(size_t t, size_t y, size_t x, size_t levels) {
    size_t index = 0;
    for (size_t level = 0; level < levels; ++level)
        index |= ((t >> level & 1) * 4 + (y >> level & 1) * 2 + (x >> level & 1)) << 3 * level;
    return index;
}

void tb_haar_split(const float *const *restrict pixels, size_t plane, size_t width, size_t colours, size_t levels,
                   float *restrict patches, size_t first, size_t count) {
    const size_t edge = (size_t)1 << levels, cube = (size_t)1 << 3 * levels, across = width / edge;
    const float factor = 1.0f / (float)cube;
    for (size_t row = first; row < first + count; ++row)
        for (size_t column = 0; column < across; ++column)
            for (size_t colour = 0; colour < colours; ++colour) {
                float x[MOST_CUBE];
                for (size_t t = 0; t < edge; ++t)
                    for (size_t i = 0; i < edge; ++i)
                        for (size_t j = 0; j < edge; ++j)
                            x[place(t, i, j, levels)] =
                                pixels[t][colour * plane + (row * edge + i) * width + column * edge + j];
                butterflies(x, cube);
                float *restrict to = patches + (row * across + column) * cube * colours + colour;
                for (size_t b = 0; b < cube; ++b) to[b * colours] = x[b] * factor;
            }
}

void tb_haar_join(const float *restrict patches, size_t width, size_t colours, size_t levels,
                  float *const *restrict pixels, size_t plane, size_t first, size_t count) {
    const size_t edge = (size_t)1 << levels, cube = (size_t)1 << 3 * levels, across = width / edge;
    for (size_t row = first; row < first + count; ++row)
        for (size_t column = 0; column < across; ++column)
            for (size_t colour = 0; colour < colours; ++colour) {
                float x[MOST_CUBE];
                const float *restrict from = patches + (row * across + column) * cube * colours + colour;
                for (size_t b = 0; b < cube; ++b) x[b] = from[b * colours];
                butterflies(x, cube);
                for (size_t t = 0; t < edge; ++t) {
                    if (!pixels[t]) continue;
                    for (size_t i = 0; i < edge; ++i)
                        for (size_t j = 0; j < edge; ++j)
                            pixels[t][colour * plane + (row * edge + i) * width + column * edge + j] =
                                x[place(t, i, j, levels)];
                }
            }
}
