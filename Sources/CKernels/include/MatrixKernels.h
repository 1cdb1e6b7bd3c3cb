// Products of matrices, float32; the rules of NetworkKernels.h hold. Each number of a product is a chain of fused
// multiply-adds in the order of its depth, begun anew every TB_DEPTH (tb_multiply_packed) and added up in order: no tile, thread
// or instruction set changes its bits.
//
// The right side is used in panels, [ceil(columns / TB_PANEL)][depth][TB_PANEL], padded with zeros. A packed matrix is its
// depth in blocks of TB_DEPTH, the panels of one block after those of the other; a later kernel of another
// precision packs in its own way behind the same calls.
#ifndef MATRIX_KERNELS_H
#define MATRIX_KERNELS_H
#ifdef __cplusplus
extern "C" {
#endif
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

enum {
    TB_PANEL = 32,   // columns of a panel
    TB_DEPTH = 512,  // depth of a block: a panel of it fits the second cache many times over
};

/// Types that weights are stored in.
typedef enum tb_number { TB_FLOAT32 = 0, TB_FLOAT16 = 1, TB_BFLOAT16 = 2 } tb_number;

/// Numbers of memory of a packed matrix.
size_t tb_packed_floats(size_t columns, size_t depth);

/// Packs `count` columns from `first` on, a multiple of TB_PANEL: rows of `depth` stored numbers, at a distance of `stride`
/// numbers, widened exactly. The last columns end the matrix, or a panel.
void tb_pack_columns(tb_isa isa, tb_number type, const void *restrict b, size_t stride, size_t columns, size_t depth,
                     size_t first, size_t count, float *restrict packed);
/// Packs `count` steps of the depth from `first` on: rows of `columns` numbers.
void tb_pack_rows(tb_isa isa, const float *restrict b, size_t stride, size_t columns, size_t depth, size_t first,
                  size_t count, float *restrict packed);
/// c = (adding ? c : 0) + a times `count` columns of a packed matrix from `first` on, a multiple of TB_PANEL.
void tb_multiply_packed(tb_isa isa, const float *restrict a, size_t a_stride, size_t rows, const float *restrict packed,
                        size_t columns, size_t depth, size_t first, size_t count, int32_t adding, float *restrict c,
                        size_t c_stride);

/// Rows of `width` numbers at a distance of `stride`.
typedef struct tb_rows {
    const float *start;
    size_t stride;
    size_t width;
} tb_rows;

/// out = bias + residual + the parts side by side times the panels, whose rows are the parts' widths added up. Number c
/// of a row of out lies at (c / TB_PANEL) out_panel_stride + c % TB_PANEL. `residual` lies like out, and may be out.
void tb_multiply_panels(tb_isa isa, const tb_rows *restrict parts, size_t part_count, const float *restrict panels,
                        const float *_Nullable restrict bias, const float *_Nullable residual, float *out,
                        size_t out_stride, size_t out_panel_stride, size_t rows, size_t columns);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
#endif
