#define TB_VARIANTS_BODY "distance_body.h"
#include "variants.h"

void tb_unit_features(tb_isa isa, const float *restrict features, size_t channels, size_t positions, size_t first,
                      size_t tiles, float *restrict unit) {
    TB_DISPATCH(isa, unit_features, features, channels, positions, first, tiles, unit)
}

void tb_feature_distances(tb_isa isa, const float *const *unit, size_t pictures, const float *restrict weights,
                          size_t channels, size_t first, size_t tiles, double *restrict sums, float *restrict scratch) {
    TB_DISPATCH(isa, feature_distances, unit, pictures, weights, channels, first, tiles, sums, scratch)
}
