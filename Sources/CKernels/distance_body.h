// One variant of the perceptual distance's kernels; included once per instruction set with FN defined.
#include "lanes.h"

#define TILE ((size_t)TB_FEATURE_TILE)
#define GROUPS (TILE / 16)

// One tile of which `here` positions exist: copies while it adds up the squares, then scales the copy, which lies close.
INLINE void FN(unit_tile)(const float *restrict features, size_t channels, size_t positions, size_t here,
                          float *restrict unit) {
    V16 squares[GROUPS] = {{0}};
    for (size_t c = 0; c < channels; ++c)
        for (size_t g = 0; g < GROUPS; ++g) {
            const float *from = features + c * positions + 16 * g;
            const size_t left = here > 16 * g ? here - 16 * g : 0;
            const V16 v = left >= 16 ? FN(load)(from) : FN(load_part)(from, left, 0);
            squares[g] = FN(fma)(v, v, squares[g]);
            FN(store)(unit + c * TILE + 16 * g, v);
        }
    V16 factor[GROUPS];
    for (size_t g = 0; g < GROUPS; ++g) factor[g] = 1 / (__builtin_elementwise_sqrt(squares[g]) + 1e-10f);
    for (size_t c = 0; c < channels; ++c)
        for (size_t g = 0; g < GROUPS; ++g) {
            float *at = unit + c * TILE + 16 * g;
            FN(store)(at, FN(load)(at) * factor[g]);
        }
}

static void FN(unit_features)(const float *restrict features, size_t channels, size_t positions, size_t first,
                              size_t tiles, float *restrict unit) {
    for (size_t t = first; t < first + tiles; ++t, unit += channels * TILE) {
        const size_t here = positions - t * TILE;
        if (here >= TILE) FN(unit_tile)(features + t * TILE, channels, positions, TILE, unit);
        else FN(unit_tile)(features + t * TILE, channels, positions, here, unit);
    }
}

// Weighted squared differences of picture a with `count` others, added to a sum for each.
INLINE void FN(differences)(const float *restrict a, const float *const *restrict others, size_t count, size_t offset,
                            const float *restrict weights, size_t channels, float *restrict sums) {
    V16 sum[4];
    for (size_t k = 0; k < count; ++k) sum[k] = FN(load)(sums + 16 * k);
    for (size_t c = 0; c < channels; ++c) {
        const V16 v = FN(load)(a + offset + c * TILE), w = FN(splat)(weights[c]);
        for (size_t k = 0; k < count; ++k) {
            const V16 d = v - FN(load)(others[k] + offset + c * TILE);
            sum[k] = FN(fma)(w * d, d, sum[k]);
        }
    }
    for (size_t k = 0; k < count; ++k) FN(store)(sums + 16 * k, sum[k]);
}

static void FN(feature_distances)(const float *const *unit, size_t pictures, const float *restrict weights,
                                  size_t channels, size_t first, size_t tiles, double *restrict sums,
                                  float *restrict scratch) {
    const size_t pairs = pictures * (pictures - 1) / 2;
    const size_t run = 64;  // channels: with six pictures they fit the first cache
    for (size_t t = first; t < first + tiles; ++t)
        for (size_t g = 0; g < GROUPS; ++g) {
            for (size_t p = 0; p < pairs; ++p) FN(store)(scratch + 16 * p, (V16){0});
            for (size_t c = 0; c < channels; c += run) {
                const size_t n = channels - c < run ? channels - c : run;
                const size_t offset = (t * channels + c) * TILE + 16 * g;
                float *s = scratch;
                for (size_t i = 0; i + 1 < pictures; ++i)
                    for (size_t j = i + 1, count; j < pictures; j += count, s += 16 * count) {
                        count = pictures - j >= 4 ? 4 : pictures - j >= 2 ? 2 : 1;
                        if (count == 4) FN(differences)(unit[i], unit + j, 4, offset, weights + c, n, s);
                        else if (count == 2) FN(differences)(unit[i], unit + j, 2, offset, weights + c, n, s);
                        else FN(differences)(unit[i], unit + j, 1, offset, weights + c, n, s);
                    }
            }
            for (size_t p = 0; p < pairs; ++p) sums[p] += FN(sum)(FN(load)(scratch + 16 * p));
        }
}

#undef TILE
#undef GROUPS
