#include "CKernels.h"

// Columns with those that fill the last panel.
static inline size_t tb_padded(size_t columns) { return (columns + TB_PANEL - 1) / TB_PANEL * TB_PANEL; }

// How much of a product stays in registers: rows, and vectors of 16 columns.
enum {
    TILE_ROWS_portable = 4, TILE_VECTORS_portable = 1,
    TILE_ROWS_avx2 = 6, TILE_VECTORS_avx2 = 1,
    TILE_ROWS_avx512 = 14, TILE_VECTORS_avx512 = 2,
};

#define TB_VARIANTS_BODY "matrix_body.h"
#include "variants.h"

size_t tb_packed_floats(size_t columns, size_t depth) { return tb_padded(columns) * depth; }

void tb_pack_columns(tb_isa isa, tb_number type, const void *restrict b, size_t stride, size_t columns, size_t depth,
                     size_t first, size_t count, float *restrict packed) {
    TB_DISPATCH(isa, pack_columns, type, b, stride, columns, depth, first, count, packed)
}

void tb_pack_rows(tb_isa isa, const float *restrict b, size_t stride, size_t columns, size_t depth, size_t first,
                  size_t count, float *restrict packed) {
    TB_DISPATCH(isa, pack_rows, b, stride, columns, depth, first, count, packed)
}

void tb_multiply_panels(tb_isa isa, const tb_rows *restrict parts, size_t part_count, const float *restrict panels,
                        const float *restrict bias, const float *residual, float *out, size_t out_stride,
                        size_t out_panel_stride, size_t rows, size_t columns) {
    TB_DISPATCH(isa, multiply_panels, parts, part_count, panels, bias, residual, out, out_stride, out_panel_stride,
                rows, columns)
}

enum {
    ROUND = 42,             // rows that stay in the first caches while all panels pass: whole tiles of 14 and of 6
    ALIASED = 1024,         // rows at a multiple of this distance fall on the same lines of a first cache
    COPIED = TB_DEPTH + 16  // the distance of their copies
};

void tb_multiply_packed(tb_isa isa, const float *restrict a, size_t a_stride, size_t rows, const float *restrict packed,
                        size_t columns, size_t depth, size_t first, size_t count, int32_t adding, float *restrict c,
                        size_t c_stride) {
    float copy[ROUND * COPIED];
    const int copies = a_stride % ALIASED == 0 && count > 4 * TB_PANEL;
    for (size_t from = 0; from == 0 || from < depth; from += TB_DEPTH) {
        const size_t d = depth - from < TB_DEPTH ? depth - from : TB_DEPTH;
        const float *restrict panels = packed + from * tb_padded(columns) + first * d;
        for (size_t row = 0; row < rows; row += ROUND) {
            const size_t n = rows - row < ROUND ? rows - row : ROUND;
            tb_rows part = {a + row * a_stride + from, a_stride, d};
            if (copies) {
                for (size_t r = 0; r < n; ++r)
                    __builtin_memcpy(copy + r * COPIED, part.start + r * a_stride, d * sizeof(float));
                part.start = copy;
                part.stride = COPIED;
            }
            float *out = c + row * c_stride;
            tb_multiply_panels(isa, &part, 1, panels, NULL, adding || from > 0 ? out : NULL, out, c_stride, TB_PANEL, n,
                               count);
        }
    }
}
