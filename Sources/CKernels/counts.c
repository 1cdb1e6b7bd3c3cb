// Exact integer counts: one portable form each, which the compiler vectorises for the baseline instruction set.
#include "isa.h"

void tb_byte_range(const uint8_t *restrict x, size_t n, uint8_t *restrict low, uint8_t *restrict high) {
    uint8_t a = 255, b = 0;
    for (size_t i = 0; i < n; ++i) {
        a = x[i] < a ? x[i] : a;
        b = x[i] > b ? x[i] : b;
    }
    *low = a;
    *high = b;
}

void tb_squared_error(const uint8_t *restrict x, const uint8_t *restrict y, const uint8_t *restrict foreground,
                      size_t pixels, uint64_t *restrict squares, uint64_t *restrict wrapped) {
    for (int r = 0; r < 3; ++r) squares[r] = wrapped[r] = 0;
    enum { BLOCK = 4096 };  // 3 * 4096 squares of at most 65025 fit 32 bits
    for (size_t start = 0; start < pixels; start += BLOCK) {
        const size_t n = pixels - start < BLOCK ? pixels - start : BLOCK;
        const uint8_t *restrict a = x + 3 * start, *restrict b = y + 3 * start;
        uint32_t s = 0, w = 0;
        for (size_t i = 0; i < 3 * n; ++i) {
            const int32_t d = (int32_t)a[i] - (int32_t)b[i];
            s += (uint32_t)(d * d);
            w += (uint32_t)(d * d) & 255;
        }
        squares[0] += s;
        wrapped[0] += w;
        if (!foreground) continue;
        uint32_t fs = 0, fw = 0;
        for (size_t i = 0; i < n; ++i) {
            const uint32_t inside = foreground[start + i] ? ~0u : 0;
            for (size_t c = 0; c < 3; ++c) {
                const int32_t d = (int32_t)a[3 * i + c] - (int32_t)b[3 * i + c];
                fs += (uint32_t)(d * d) & inside;
                fw += (uint32_t)(d * d) & 255 & inside;
            }
        }
        squares[1] += fs;
        wrapped[1] += fw;
    }
    if (!foreground) return;
    squares[2] = squares[0] - squares[1];
    wrapped[2] = wrapped[0] - wrapped[1];
}

void tb_edge_counts(const uint8_t *restrict x, const uint8_t *restrict y, const uint8_t *restrict foreground,
                    size_t pixels, uint64_t (*restrict counts)[3]) {
    for (int r = 0; r < 3; ++r) counts[r][0] = counts[r][1] = counts[r][2] = 0;
    enum { BLOCK = 1 << 20 };
    for (size_t start = 0; start < pixels; start += BLOCK) {
        const size_t n = pixels - start < BLOCK ? pixels - start : BLOCK;
        const uint8_t *restrict a = x + start, *restrict b = y + start;
        uint32_t both = 0, in_x = 0, in_y = 0;
        for (size_t i = 0; i < n; ++i) {
            both += (a[i] != 0) & (b[i] != 0);
            in_x += a[i] != 0;
            in_y += b[i] != 0;
        }
        counts[0][0] += both;
        counts[0][1] += in_y - both;
        counts[0][2] += in_x - both;
        if (!foreground) continue;
        const uint8_t *restrict f = foreground + start;
        both = in_x = in_y = 0;
        for (size_t i = 0; i < n; ++i) {
            both += (a[i] != 0) & (b[i] != 0) & (f[i] != 0);
            in_x += (a[i] != 0) & (f[i] != 0);
            in_y += (b[i] != 0) & (f[i] != 0);
        }
        counts[1][0] += both;
        counts[1][1] += in_y - both;
        counts[1][2] += in_x - both;
    }
    if (!foreground) return;
    for (int k = 0; k < 3; ++k) counts[2][k] = counts[0][k] - counts[1][k];
}

void tb_label_histogram(const uint8_t *restrict x, const uint8_t *restrict y,
                        const uint8_t *restrict foreground, size_t pixels, uint32_t *restrict counts) {
    for (size_t i = 0; i < pixels; ++i) {
        const size_t region = foreground && foreground[i] ? 1 : 0;
        counts[region * 65536 + (size_t)x[i] * 256 + y[i]] += 1;
    }
}
