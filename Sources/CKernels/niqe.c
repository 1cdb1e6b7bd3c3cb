#include "isa.h"

enum { NIQE_MARGIN = 8 };

static size_t niqe_entries(int32_t width) { return (((size_t)width + 7) & ~(size_t)7) + 3 * NIQE_MARGIN; }

#define TB_VARIANTS_BODY "niqe_body.h"
#include "variants.h"

size_t tb_niqe_scratch_doubles(int32_t width) { return 3 * niqe_entries(width); }

void tb_niqe_grey(const uint8_t *restrict rgb, int32_t width, int32_t columns, int32_t rows, double *restrict grey) {
    for (int32_t y = 0; y < rows; ++y) {
        const uint8_t *p = rgb + 3 * (size_t)width * (size_t)y;
        for (int32_t x = 0; x < columns; ++x, p += 3) {
            // ITU-R BT.601 with the digits of Matlab's rgb2gray.
            const double luma = 0.298936021293775390 * p[0] + 0.587043074451121360 * p[1] + 0.114020904255103250 * p[2];
            *grey++ = (double)(int32_t)(luma + 0.5);
        }
    }
}

// The bicubic kernel at 1/4, 3/4, 5/4 and 7/4, halved: sums of these over whole levels are exact.
static const double niqe_half[4] = {111.0 / 256, 29.0 / 256, -9.0 / 256, -3.0 / 256};

static int32_t niqe_mirrored(int32_t i, int32_t n) {
    while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
}

void tb_niqe_halve(const double *restrict in, int32_t width, int32_t height, double *restrict out,
                   double *restrict scratch) {
    for (int32_t y = 0; y < height / 2; ++y) {
        const double *rows[8];
        for (int32_t k = 0; k < 8; ++k) rows[k] = in + (size_t)width * (size_t)niqe_mirrored(2 * y - 3 + k, height);
        for (int32_t x = 0; x < width; ++x) {
            double sum = 0;
            for (int k = 0; k < 4; ++k) sum += niqe_half[k] * (rows[3 - k][x] + rows[4 + k][x]);
            scratch[x] = sum;
        }
        for (int32_t x = 0; x < width / 2; ++x) {
            double sum = 0;
            if (x < 2 || 2 * x + 4 >= width) {
                for (int32_t k = 0; k < 4; ++k)
                    sum += niqe_half[k] *
                           (scratch[niqe_mirrored(2 * x - k, width)] + scratch[niqe_mirrored(2 * x + 1 + k, width)]);
            } else {
                for (int32_t k = 0; k < 4; ++k) sum += niqe_half[k] * (scratch[2 * x - k] + scratch[2 * x + 1 + k]);
            }
            *out++ = sum;
        }
    }
}

void tb_niqe_coefficients(tb_isa isa, const double *restrict in, int32_t width, int32_t height, int32_t first,
                          int32_t block, const double *restrict weights, double *restrict out,
                          double *restrict sharpness, double *restrict scratch) {
    TB_DISPATCH(isa, niqe_coefficients, in, width, height, first, block, weights, out, sharpness, scratch)
}

void tb_niqe_moments(tb_isa isa, const double *restrict coefficients, int32_t width, int32_t block,
                     double *restrict moments) {
    TB_DISPATCH(isa, niqe_moments, coefficients, width, block, moments)
}
