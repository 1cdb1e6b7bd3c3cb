#include <string.h>

#include "isa.h"

#pragma clang fp contract(off)  // a fused product in one variant only would change its last bit

// Sums over seven rows: of x, of y, of x*x + y*y, of x*y; one entry a column and channel.
typedef struct ssim_columns {
    int32_t *x, *y, *squares, *products;
} ssim_columns;

enum { SSIM_MARGIN = 16 };  // at least the 9 entries that mirroring needs, and a multiple of a cache line

static size_t ssim_entries(int32_t width) { return (3 * (size_t)width + 2 * SSIM_MARGIN + 15) & ~15ul; }

// Layout: map (double), zero row, then the four columns.
size_t tb_ssim_scratch_bytes(int32_t width) { return ssim_entries(width) * (8 + 4 + 4 * 4); }

static int32_t *ssim_zero_row(void *scratch, int32_t width) { return (int32_t *)((double *)scratch + ssim_entries(width)); }

static ssim_columns ssim_columns_in(void *scratch, int32_t width) {
    const size_t e = ssim_entries(width);
    int32_t *zero = ssim_zero_row(scratch, width), *first = zero + e;
    memset(zero, 0, 5 * e * sizeof(int32_t));
    return (ssim_columns){first + SSIM_MARGIN, first + e + SSIM_MARGIN, first + 2 * e + SSIM_MARGIN,
                          first + 3 * e + SSIM_MARGIN};
}

// Mirrors with the edge repeated (b a | a b): scipy's "reflect".
static int32_t ssim_mirrored(int32_t i, int32_t n) { return i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i; }

static void ssim_mirror_ends(ssim_columns k, int32_t width) {
    int32_t *columns[4] = {k.x, k.y, k.squares, k.products};
    for (int q = 0; q < 4; ++q)
        for (int32_t i = 1; i <= 3; ++i)
            for (int32_t c = 0; c < 3; ++c) {
                columns[q][-3 * i + c] = columns[q][3 * (i - 1) + c];
                columns[q][3 * (width - 1 + i) + c] = columns[q][3 * (width - i) + c];
            }
}

#define SSIM_NAME(f) ssim_##f##_portable
#define SSIM_TARGET
#include "ssim_body.h"
#undef SSIM_NAME
#undef SSIM_TARGET

#if TB_X86
#define SSIM_NAME(f) ssim_##f##_avx2
#define SSIM_TARGET TB_TARGET_AVX2
#include "ssim_body.h"
#undef SSIM_NAME
#undef SSIM_TARGET

#define SSIM_NAME(f) ssim_##f##_avx512
#define SSIM_TARGET TB_TARGET_AVX512
#include "ssim_body.h"
#undef SSIM_NAME
#undef SSIM_TARGET
#endif

void tb_ssim_sums_isa(tb_isa isa, const uint8_t *restrict x, const uint8_t *restrict y,
                      const uint8_t *restrict foreground, int32_t width, int32_t height, double c1, double c2,
                      double *restrict sums, void *scratch) {
    switch (tb_isa_capped(isa)) {
#if TB_X86
    case TB_ISA_AVX512: ssim_sums_avx512(x, y, foreground, width, height, c1, c2, sums, scratch); return;
    case TB_ISA_AVX2: ssim_sums_avx2(x, y, foreground, width, height, c1, c2, sums, scratch); return;
#endif
    default: ssim_sums_portable(x, y, foreground, width, height, c1, c2, sums, scratch); return;
    }
}

void tb_ssim_sums(const uint8_t *restrict x, const uint8_t *restrict y, const uint8_t *restrict foreground,
                  int32_t width, int32_t height, double c1, double c2, double *restrict sums, void *scratch) {
    tb_ssim_sums_isa(tb_isa_best(), x, y, foreground, width, height, c1, c2, sums, scratch);
}
