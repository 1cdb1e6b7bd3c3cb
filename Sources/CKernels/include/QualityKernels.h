// Kernels of the quality measures that need no network. Double precision throughout; all variants give the same bits.
#ifndef TB_QUALITY_KERNELS_H
#define TB_QUALITY_KERNELS_H
#ifdef __cplusplus
extern "C" {
#endif
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/// Blocks are squares with an even side of 2...TB_NIQE_MOST_BLOCK pixels. A feature set is made of TB_NIQE_PRODUCTS times
/// TB_NIQE_MOMENTS sums a block.
enum { TB_NIQE_MOST_BLOCK = 512, TB_NIQE_PRODUCTS = 5, TB_NIQE_MOMENTS = 5 };

/// The luma of the upper left `columns` x `rows` pixels of a picture of interleaved 8-bit RGB, rounded to whole levels.
void tb_niqe_grey(const uint8_t *restrict rgb, int32_t width, int32_t columns, int32_t rows, double *restrict grey);
/// A picture of even size at half its width and height: antialiased bicubic (a = -0.5, 8 taps), borders mirrored with the
/// edge repeated. `scratch` holds `width` numbers.
void tb_niqe_halve(const double *restrict in, int32_t width, int32_t height, double *restrict out,
                   double *restrict scratch);
/// Numbers of scratch memory that `tb_niqe_coefficients` needs.
size_t tb_niqe_scratch_doubles(int32_t width);
/// Rows first..<first + block of the picture as (x - mean) / (deviation + 1), mean and deviation under a separable window
/// of weights[0] in the middle and weights[1...3] beside it; borders repeat the edge pixel. A difference below 1e-9 levels
/// is rounding and becomes 0. sharpness[i]: the sum of the deviation over the i-th block of those rows.
void tb_niqe_coefficients(tb_isa isa, const double *restrict in, int32_t width, int32_t height, int32_t first,
                          int32_t block, const double *restrict weights, double *restrict out,
                          double *restrict sharpness, double *restrict scratch);
/// Sums over each block of `block` rows of coefficients: [block][product][moment]. Products: the coefficient itself, then
/// times its left, upper, upper left and upper right neighbour, which wrap round within the block. Moments: how many are
/// below 0, how many above, the sum of squares below 0, above, and of absolute values.
void tb_niqe_moments(tb_isa isa, const double *restrict coefficients, int32_t width, int32_t block,
                     double *restrict moments);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
#endif
