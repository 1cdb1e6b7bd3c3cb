// One variant of the tokenizer's kernels; included once per instruction set with FN defined.
#include "lanes.h"

// Panels are gathered number by number: a convolution's weights are packed once per group of frames.
static void FN(pack_panels)(const float *restrict w, size_t rows, size_t columns, size_t row_stride,
                            size_t column_stride, const tb_tap *restrict taps, size_t tap_count,
                            float *restrict panels, size_t panel_stride, size_t first, size_t count) {
    for (size_t p = first; p < first + count; ++p)
        for (size_t half = 0; half < TB_PANEL; half += 16) {
            const size_t row = p * TB_PANEL + half, n = row >= rows ? 0 : rows - row < 16 ? rows - row : 16;
            float *restrict to = panels + p * panel_stride + half;
            for (size_t k = 0; k < columns; ++k, to += TB_PANEL) {
                float sum[16] = {0};
                for (size_t t = 0; t < tap_count; ++t) {
                    const float *restrict from = w + row * row_stride + k * column_stride + taps[t].offset;
                    if (n == 16)
                        for (size_t l = 0; l < 16; ++l) sum[l] += from[l * row_stride];
                    else
                        for (size_t l = 0; l < n; ++l) sum[l] += from[l * row_stride];
                    if (taps[t].diagonal != 0 && k - row < 16) sum[k - row] += taps[t].diagonal;
                }
                FN(store)(to, FN(load)(sum));
            }
        }
}

typedef double FN(d8) __attribute__((vector_size(64), aligned(8)));
typedef float FN(v8) __attribute__((vector_size(32), aligned(4)));

static void FN(moments)(const float *restrict x, size_t n, double *restrict sums) {
    FN(d8) sum[2] = {{0}}, squares[2] = {{0}};
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (size_t h = 0; h < 2; ++h) {
            const FN(d8) v = __builtin_convertvector(*(const FN(v8) *)(x + i + 8 * h), FN(d8));
            sum[h] += v;
            squares[h] = __builtin_elementwise_fma(v, v, squares[h]);
        }
    for (size_t l = 0; i < n; ++i, ++l) {
        const double v = x[i];
        sum[l / 8][l % 8] += v;
        squares[l / 8][l % 8] = __builtin_fma(v, v, squares[l / 8][l % 8]);
    }
    sum[0] += sum[1];
    squares[0] += squares[1];
    double total = 0, total_squares = 0;
    for (size_t l = 0; l < 8; ++l) total += sum[0][l], total_squares += squares[0][l];
    sums[0] += total;
    sums[1] += total_squares;
}

static void FN(normalise)(const float *restrict x, const float *restrict scale, const float *restrict shift,
                          int32_t silu, float *restrict y, size_t n) {
    for (size_t i = 0; i < n; i += 16) {
        const size_t left = n - i;
        const V16 v = left >= 16 ? FN(fma)(FN(load)(x + i), FN(load)(scale + i), FN(load)(shift + i))
                                 : FN(fma)(FN(load_part)(x + i, left, 0), FN(load_part)(scale + i, left, 0),
                                           FN(load_part)(shift + i, left, 0));
        const V16 out = silu ? v / (1 + FN(exp)(-v)) : v;
        if (left >= 16) FN(store)(y + i, out);
        else FN(store_part)(y + i, out, left);
    }
}

static void FN(read_window)(const float *restrict frame, size_t height, size_t width, size_t channels,
                            const tb_window *restrict at, const float *restrict scale, const float *restrict shift,
                            float *restrict window) {
    const ptrdiff_t tall = (ptrdiff_t)(height << at->halving), wide = (ptrdiff_t)(width << at->halving);
    for (size_t r = 0; r < at->height; ++r) {
        const ptrdiff_t y = at->top + (ptrdiff_t)r;
        for (size_t c = 0; c < at->width; ++c, window += channels) {
            const ptrdiff_t x = at->left + (ptrdiff_t)c;
            if (y < 0 || y >= tall || x < 0 || x >= wide) {
                __builtin_memset(window, 0, channels * sizeof(float));
                continue;
            }
            const float *restrict from =
                frame + (((size_t)y >> at->halving) * width + ((size_t)x >> at->halving)) * channels;
            if (scale) FN(normalise)(from, scale, shift, at->silu, window, channels);
            else __builtin_memcpy(window, from, channels * sizeof(float));
        }
    }
}

// The three transforms of F(4x4, 3x3) along one axis, for the points 0, p, -p, q, -q, infinity.
#define WP 0.75f
#define WQ 1.5f
#define WP2 (WP * WP)
#define WQ2 (WQ * WQ)

INLINE void FN(filter_points)(const V16 g[3], V16 u[6]) {
    const float fp = 1 / (2 * WP2 * (WP2 - WQ2)), fq = 1 / (2 * WQ2 * (WQ2 - WP2));
    const V16 evenp = (g[0] + WP2 * g[2]) * fp, oddp = g[1] * (WP * fp);
    const V16 evenq = (g[0] + WQ2 * g[2]) * fq, oddq = g[1] * (WQ * fq);
    u[0] = g[0] * (1 / (WP2 * WQ2));
    u[1] = evenp + oddp;
    u[2] = evenp - oddp;
    u[3] = evenq + oddq;
    u[4] = evenq - oddq;
    u[5] = g[2];
}

INLINE void FN(split_points)(const V16 d[6], V16 v[6]) {
    const V16 p2 = FN(splat)(WP2), q2 = FN(splat)(WQ2), both = FN(splat)(WP2 + WQ2), product = FN(splat)(WP2 * WQ2);
    v[0] = FN(fma)(product, d[0], FN(fma)(-both, d[2], d[4]));
    v[5] = FN(fma)(product, d[1], FN(fma)(-both, d[3], d[5]));
    const V16 evenp = FN(fma)(-q2, d[2], d[4]), oddp = FN(splat)(WP) * FN(fma)(-q2, d[1], d[3]);
    const V16 evenq = FN(fma)(-p2, d[2], d[4]), oddq = FN(splat)(WQ) * FN(fma)(-p2, d[1], d[3]);
    v[1] = evenp + oddp;
    v[2] = evenp - oddp;
    v[3] = evenq + oddq;
    v[4] = evenq - oddq;
}

INLINE void FN(join_points)(const V16 m[6], V16 y[4]) {
    const V16 sump = m[1] + m[2], sumq = m[3] + m[4], difp = m[1] - m[2], difq = m[3] - m[4];
    y[0] = m[0] + sump + sumq;
    y[1] = FN(fma)(FN(splat)(WQ), difq, FN(splat)(WP) * difp);
    y[2] = FN(fma)(FN(splat)(WQ2), sumq, FN(splat)(WP2) * sump);
    y[3] = FN(fma)(FN(splat)(WQ2 * WQ), difq, FN(fma)(FN(splat)(WP2 * WP), difp, m[5]));
}

static void FN(winograd_filters)(const float *restrict w, size_t outputs, size_t inputs, float diagonal,
                                 float *restrict panels, size_t first, size_t count) {
    const size_t all = (outputs + TB_PANEL - 1) / TB_PANEL, point_stride = all * inputs * TB_PANEL;
    for (size_t p = first; p < first + count; ++p)
        for (size_t k = 0; k < inputs; ++k)
            for (size_t half = 0; half < TB_PANEL; half += 16) {
                const size_t row = p * TB_PANEL + half;
                const size_t n = row >= outputs ? 0 : outputs - row < 16 ? outputs - row : 16;
                float *restrict to = panels + (p * inputs + k) * TB_PANEL + half;
                float taps[9][16] = {{0}};
                for (size_t l = 0; l < n; ++l)
                    for (size_t t = 0; t < 9; ++t) taps[t][l] = w[((row + l) * inputs + k) * 9 + t];
                if (k - row < 16) taps[4][k - row] += diagonal;
                V16 columns[3][6];
                for (size_t b = 0; b < 3; ++b) {
                    const V16 g[3] = {FN(load)(taps[b]), FN(load)(taps[3 + b]), FN(load)(taps[6 + b])};
                    FN(filter_points)(g, columns[b]);
                }
                for (size_t i = 0; i < 6; ++i) {
                    const V16 g[3] = {columns[0][i], columns[1][i], columns[2][i]};
                    V16 u[6];
                    FN(filter_points)(g, u);
                    for (size_t j = 0; j < 6; ++j) FN(store)(to + (i * 6 + j) * point_stride, u[j]);
                }
            }
}

INLINE void FN(split_square)(const float *restrict from, size_t row_stride, size_t pixel_stride, size_t n,
                             float *restrict to, size_t point_stride) {
    V16 columns[6][6];
#pragma clang loop unroll(full)
    for (size_t b = 0; b < 6; ++b) {
        V16 d[6];
#pragma clang loop unroll(full)
        for (size_t a = 0; a < 6; ++a) {
            const float *restrict x = from + a * row_stride + b * pixel_stride;
            d[a] = n == 16 ? FN(load)(x) : FN(load_part)(x, n, 0);
        }
        FN(split_points)(d, columns[b]);
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 6; ++i) {
        const V16 d[6] = {columns[0][i], columns[1][i], columns[2][i], columns[3][i], columns[4][i], columns[5][i]};
        V16 v[6];
        FN(split_points)(d, v);
#pragma clang loop unroll(full)
        for (size_t j = 0; j < 6; ++j) {
            float *restrict x = to + (i * 6 + j) * point_stride;
            if (n == 16) FN(store)(x, v[j]);
            else FN(store_part)(x, v[j], n);
        }
    }
}

static void FN(winograd_split)(const float *restrict window, size_t down, size_t across, size_t channels,
                               float *restrict points) {
    const size_t row_stride = (4 * across + 2) * channels, point_stride = down * across * channels;
    for (size_t y = 0; y < down; ++y)
        for (size_t x = 0; x < across; ++x) {
            const float *restrict from = window + 4 * (y * row_stride + x * channels);
            float *restrict to = points + (y * across + x) * channels;
            size_t c = 0;
            for (; c + 16 <= channels; c += 16)
                FN(split_square)(from + c, row_stride, channels, 16, to + c, point_stride);
            if (c < channels) FN(split_square)(from + c, row_stride, channels, channels - c, to + c, point_stride);
        }
}

static void FN(winograd_join)(const float *restrict products, size_t down, size_t across, size_t channels,
                              const float *restrict bias, float *restrict out, size_t rows, size_t width) {
    const size_t point_stride = down * across * channels;
    for (size_t y = 0; y < down; ++y)
        for (size_t x = 0; x < across; ++x, products += channels) {
            const size_t tall = rows - 4 * y < 4 ? rows - 4 * y : 4, wide = width - 4 * x < 4 ? width - 4 * x : 4;
            float *restrict to = out + 4 * (y * width + x) * channels;
            for (size_t c = 0; c < channels; c += 16) {
                const size_t n = channels - c < 16 ? channels - c : 16;
                V16 columns[6][4];
#pragma clang loop unroll(full)
                for (size_t j = 0; j < 6; ++j) {
                    V16 m[6];
#pragma clang loop unroll(full)
                    for (size_t i = 0; i < 6; ++i) {
                        const float *restrict from = products + (i * 6 + j) * point_stride + c;
                        m[i] = n == 16 ? FN(load)(from) : FN(load_part)(from, n, 0);
                    }
                    FN(join_points)(m, columns[j]);
                }
                const V16 add = n == 16 ? FN(load)(bias + c) : FN(load_part)(bias + c, n, 0);
#pragma clang loop unroll(full)
                for (size_t a = 0; a < 4; ++a) {
                    const V16 m[6] = {columns[0][a], columns[1][a], columns[2][a],
                                      columns[3][a], columns[4][a], columns[5][a]};
                    V16 v[4];
                    FN(join_points)(m, v);
                    if (a >= tall) continue;
#pragma clang loop unroll(full)
                    for (size_t b = 0; b < 4; ++b) {
                        if (b >= wide) continue;
                        float *restrict pixel = to + (a * width + b) * channels + c;
                        if (n == 16) FN(store)(pixel, v[b] + add);
                        else FN(store_part)(pixel, v[b] + add, n);
                    }
                }
            }
        }
}

static void FN(attend_frames)(const float *restrict q, const float *const *restrict keys,
                              const float *const *restrict values, size_t frames, float scale, float *restrict out,
                              size_t pixels, size_t width, float *restrict logits) {
    const float least = -__builtin_inff();
    for (size_t i = 0; i < pixels; ++i) {
        const size_t at = i * width;
        float most = least;
        for (size_t f = 0; f < frames; ++f) {
            V16 sum = {0};
            size_t c = 0;
            const float *restrict a = q + at, *restrict b = keys[f] + at;
            for (; c + 16 <= width; c += 16) sum = FN(fma)(FN(load)(a + c), FN(load)(b + c), sum);
            if (c < width) sum = FN(fma)(FN(load_part)(a + c, width - c, 0), FN(load_part)(b + c, width - c, 0), sum);
            logits[f] = FN(sum)(sum) * scale;
            most = logits[f] > most ? logits[f] : most;
        }
        for (size_t f = frames; f % 16; ++f) logits[f] = least;
        V16 total = {0};
        for (size_t f = 0; f < frames; f += 16) {
            const V16 e = FN(exp)(FN(load)(logits + f) - most);
            FN(store)(logits + f, e);
            total += e;
        }
        const float factor = 1 / FN(sum)(total);
        for (size_t c = 0; c < width; c += 16) {
            const size_t n = width - c < 16 ? width - c : 16;
            V16 sum = {0};
            for (size_t f = 0; f < frames; ++f) {
                const float *restrict v = values[f] + at + c;
                sum = FN(fma)(FN(splat)(logits[f] * factor), n == 16 ? FN(load)(v) : FN(load_part)(v, n, 0), sum);
            }
            if (n == 16) FN(store)(out + at + c, sum);
            else FN(store_part)(out + at + c, sum, n);
        }
    }
}

#undef WP
#undef WQ
#undef WP2
#undef WQ2
