// Hot loops of the networks, float32. Every kernel is compiled from one body for each instruction set and gives the same
// bits in all: sums run in 16 fixed lanes, and a product that is added is one fused operation. `isa` is the widest variant
// to use, capped at what the CPU runs. Matrices are row-major; a stride is the distance of rows in numbers.
#ifndef NETWORK_KERNELS_H
#define NETWORK_KERNELS_H
#ifdef __cplusplus
extern "C" {
#endif
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/// Widens n bfloat16 or float16 numbers to float32, exactly.
void tb_widen_bf16(tb_isa isa, const uint16_t *restrict x, float *restrict y, size_t n);
void tb_widen_f16(tb_isa isa, const uint16_t *restrict x, float *restrict y, size_t n);

/// x += position (when given); y = (x - mean) / sqrt(variance + 1e-6) * (1 + scale) + shift, over every row of `width`.
void tb_layer_norm(tb_isa isa, float *restrict x, const float *_Nullable restrict position,
                   const float *restrict scale, const float *restrict shift, float *restrict y, size_t rows,
                   size_t width);
/// y = s / (|s| / sqrt(width) + 1e-6) with s = a + b + c, row by row; a and b are one row for all, c has a row each.
void tb_position(tb_isa isa, const float *restrict a, const float *restrict b, const float *restrict c,
                 float *restrict y, size_t rows, size_t width);
/// y = x / sqrt(mean(x^2) + 1e-6) * gain, over every row of `width`.
void tb_rms_norm(tb_isa isa, const float *restrict x, const float *restrict gain, float *restrict y, size_t rows,
                 size_t width);
/// The same in place over each of `heads` runs of `width` numbers in a row; then, when angles are given (rows of width/2
/// cosines and sines), rotates the first half of each run against its second half.
void tb_head_norm_rope(tb_isa isa, float *restrict x, size_t stride, const float *restrict gain,
                       const float *_Nullable restrict cosine, const float *_Nullable restrict sine, size_t rows,
                       size_t heads, size_t width);

/// x = x/2 (1 + erf(x / sqrt 2)), within 1.2e-7 of |x|.
void tb_gelu(tb_isa isa, float *restrict x, size_t stride, size_t rows, size_t width);
/// y = x / (1 + e^-x); y may be x.
void tb_silu(tb_isa isa, const float *x, float *y, size_t n);
/// x = max(x, 0)
void tb_relu(tb_isa isa, float *restrict x, size_t stride, size_t rows, size_t width);

/// One tile of logits s (rows x columns) of a running softmax: s becomes e^(scale s - most), `most` (at first -inf) and
/// `sum` (at first 0) of each row move on, and what `out` (rows x out_width, zeros while `sum` is 0) holds is scaled to the
/// new `most`.
void tb_softmax_tile(tb_isa isa, float *restrict s, size_t stride, float scale, float *restrict most,
                     float *restrict sum, float *restrict out, size_t out_stride, size_t out_width, size_t rows,
                     size_t columns);
/// out /= sum, row by row.
void tb_softmax_finish(tb_isa isa, float *restrict out, size_t stride, const float *restrict sum, size_t rows,
                       size_t width);

/// x += gate * y, the same gate (width numbers, all 1 when absent) in every row.
void tb_add_gated(tb_isa isa, float *restrict x, size_t x_stride, const float *restrict y, size_t y_stride,
                  const float *_Nullable restrict gate, size_t rows, size_t width);
/// x += weight[row] * (y + bias)
void tb_add_weighted(tb_isa isa, float *restrict x, size_t x_stride, const float *restrict y, size_t y_stride,
                     const float *restrict bias, const float *restrict weight, size_t rows, size_t width);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
#endif
