// Hot loops of the perceptual distance (metrics.md §7), float32: the arithmetic after the backbone. Every kernel is compiled
// from one body for each instruction set and gives the same bits in all.
#ifndef DISTANCE_KERNELS_H
#define DISTANCE_KERNELS_H
#ifdef __cplusplus
extern "C" {
#endif
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

enum { TB_FEATURE_TILE = 64 };  // positions that lie together

/// Unit features of tiles first ..< first + tiles of one picture's `features` (channels x positions): every position's
/// channels divided by (their Euclidean length + 1e-10). Written in tiles: unit[tile][channel][TB_FEATURE_TILE positions], the
/// first of them at unit[0], 0 where the last tile goes on past the positions.
void tb_unit_features(tb_isa isa, const float *restrict features, size_t channels, size_t positions, size_t first,
                      size_t tiles, float *restrict unit);

/// Adds, for every pair i < j of `pictures` (pairs in the order 01, 02, ..., 12, ...), the sum over
/// tiles first ..< first + tiles and over channels of weights[channel] (a - b)^2 to sums[pair]; `unit` holds each picture's
/// tiles from number 0. `scratch` takes 16 numbers for each pair.
void tb_feature_distances(tb_isa isa, const float *_Nonnull const *_Nonnull unit, size_t pictures,
                          const float *restrict weights, size_t channels, size_t first, size_t tiles,
                          double *restrict sums, float *restrict scratch);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
#endif
