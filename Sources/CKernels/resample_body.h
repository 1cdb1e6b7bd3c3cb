// Separable resampling with given taps; included once per instruction set.
#include "lanes.h"

// One row of RGB bytes to `out_width` pixels of float: each a chain of fused products, first tap first.
INLINE void FN(resample_row)(const uint8_t *restrict row, int32_t width, const tb_taps *columns, int32_t out_width,
                             float *restrict wide, float *restrict out) {
    for (int32_t i = 0; i < 3 * width; ++i) wide[i] = row[i];
    for (int32_t i = 0; i < out_width; ++i) {
        const float *x = wide + 3 * columns->first[i], *w = columns->weight + (size_t)i * (size_t)columns->most;
        float r = x[0] * w[0], g = x[1] * w[0], b = x[2] * w[0];
        for (int32_t j = 1; j < columns->count[i]; ++j) {
            r = __builtin_fmaf(x[3 * j], w[j], r);
            g = __builtin_fmaf(x[3 * j + 1], w[j], g);
            b = __builtin_fmaf(x[3 * j + 2], w[j], b);
        }
        out[3 * i] = r;
        out[3 * i + 1] = g;
        out[3 * i + 2] = b;
    }
}

static void FN(resample)(const uint8_t *restrict rgb, int32_t width, int32_t height, const tb_taps *columns,
                         const tb_taps *rows, uint8_t *restrict out, int32_t out_width, int32_t out_height,
                         float *restrict scratch) {
    const size_t stride = ((size_t)out_width * 3 + 15) & ~(size_t)15;
    float *wide = scratch + stride * (size_t)height;
    for (int32_t y = 0; y < height; ++y)
        FN(resample_row)(rgb + 3 * (size_t)width * (size_t)y, width, columns, out_width, wide, scratch + stride * (size_t)y);
    const V16 shift = FN(splat)(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer, halves to even
    for (int32_t y = 0; y < out_height; ++y) {
        const float *w = rows->weight + (size_t)y * (size_t)rows->most;
        const float *first = scratch + stride * (size_t)rows->first[y];
        uint8_t *o = out + 3 * (size_t)out_width * (size_t)y;
        for (size_t x = 0; x < stride; x += 16) {
            V16 sum = FN(load)(first + x) * w[0];
            for (int32_t j = 1; j < rows->count[y]; ++j)
                sum = FN(fma)(FN(load)(first + stride * (size_t)j + x), FN(splat)(w[j]), sum);
            sum = FN(min)(FN(max)(sum, FN(splat)(0)), FN(splat)(255));
            float rounded[16];
            FN(store)(rounded, (sum + shift) - shift);
            const size_t n = 3 * (size_t)out_width - x < 16 ? 3 * (size_t)out_width - x : 16;
            for (size_t l = 0; l < n; ++l) o[x + l] = (uint8_t)(int32_t)rounded[l];
        }
    }
}
