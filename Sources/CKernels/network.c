#define TB_VARIANTS_BODY "network_body.h"
#include "variants.h"

void tb_widen_bf16(tb_isa isa, const uint16_t *restrict x, float *restrict y, size_t n) {
    TB_DISPATCH(isa, widen_bf16, x, y, n)
}

void tb_widen_f16(tb_isa isa, const uint16_t *restrict x, float *restrict y, size_t n) {
    TB_DISPATCH(isa, widen_f16, x, y, n)
}

void tb_layer_norm(tb_isa isa, float *restrict x, const float *restrict position, const float *restrict scale,
                   const float *restrict shift, float *restrict y, size_t rows, size_t width) {
    TB_DISPATCH(isa, layer_norm, x, position, scale, shift, y, rows, width)
}

void tb_position(tb_isa isa, const float *restrict a, const float *restrict b, const float *restrict c,
                 float *restrict y, size_t rows, size_t width) {
    TB_DISPATCH(isa, position, a, b, c, y, rows, width)
}

void tb_rms_norm(tb_isa isa, const float *restrict x, const float *restrict gain, float *restrict y, size_t rows,
                 size_t width) {
    TB_DISPATCH(isa, rms_norm, x, gain, y, rows, width)
}

void tb_head_norm_rope(tb_isa isa, float *restrict x, size_t stride, const float *restrict gain,
                       const float *restrict cosine, const float *restrict sine, size_t rows, size_t heads,
                       size_t width) {
    TB_DISPATCH(isa, head_norm_rope, x, stride, gain, cosine, sine, rows, heads, width)
}

void tb_gelu(tb_isa isa, float *restrict x, size_t stride, size_t rows, size_t width) {
    TB_DISPATCH(isa, gelu, x, stride, rows, width)
}

void tb_silu(tb_isa isa, const float *x, float *y, size_t n) {
    TB_DISPATCH(isa, silu, x, y, n)
}

void tb_relu(tb_isa isa, float *restrict x, size_t stride, size_t rows, size_t width) {
    TB_DISPATCH(isa, relu, x, stride, rows, width)
}

void tb_softmax_tile(tb_isa isa, float *restrict s, size_t stride, float scale, float *restrict most,
                     float *restrict sum, float *restrict out, size_t out_stride, size_t out_width, size_t rows,
                     size_t columns) {
    TB_DISPATCH(isa, softmax_tile, s, stride, scale, most, sum, out, out_stride, out_width, rows, columns)
}

void tb_softmax_finish(tb_isa isa, float *restrict out, size_t stride, const float *restrict sum, size_t rows,
                       size_t width) {
    TB_DISPATCH(isa, softmax_finish, out, stride, sum, rows, width)
}

void tb_add_gated(tb_isa isa, float *restrict x, size_t x_stride, const float *restrict y, size_t y_stride,
                  const float *restrict gate, size_t rows, size_t width) {
    TB_DISPATCH(isa, add_gated, x, x_stride, y, y_stride, gate, rows, width)
}

void tb_add_weighted(tb_isa isa, float *restrict x, size_t x_stride, const float *restrict y, size_t y_stride,
                     const float *restrict bias, const float *restrict weight, size_t rows, size_t width) {
    TB_DISPATCH(isa, add_weighted, x, x_stride, y, y_stride, bias, weight, rows, width)
}
