// Contrast-normalised coefficients and their moments; included once per instruction set. Sums run in eight fixed lanes.

typedef double FN(niqe_d8) __attribute__((vector_size(64), aligned(8)));
typedef int64_t FN(niqe_l8) __attribute__((vector_size(64), aligned(8)));
#undef D8
#undef L8
#undef INLINE
#define D8 FN(niqe_d8)
#define L8 FN(niqe_l8)
#define INLINE static inline __attribute__((always_inline))
#pragma clang diagnostic ignored "-Wpsabi"  // everything here is inlined: no vector crosses a call

INLINE D8 FN(niqe_load)(const double *p) { return *(const D8 *)p; }
INLINE void FN(niqe_store)(double *p, D8 v) { *(D8 *)p = v; }
// The first n numbers of p, or eight.
INLINE D8 FN(niqe_load_some)(const double *p, int32_t n) {
    if (n >= 8) return FN(niqe_load)(p);
    double part[8] = {0};
    for (int32_t l = 0; l < n; ++l) part[l] = p[l];
    return FN(niqe_load)(part);
}
INLINE void FN(niqe_store_some)(double *p, D8 v, int32_t n) {
    if (n >= 8) {
        FN(niqe_store)(p, v);
    } else {
        for (int32_t l = 0; l < n; ++l) p[l] = v[l];
    }
}
INLINE D8 FN(niqe_only)(D8 v, L8 mask) { return (D8)((L8)v & mask); }
INLINE double FN(niqe_sum)(D8 v) { return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])); }

// The window along one axis: `at` its middle, the others at the given distances either side.
INLINE D8 FN(niqe_window)(D8 middle, D8 one, D8 two, D8 three, const double *weights) {
    return middle * weights[0] + one * weights[1] + two * weights[2] + three * weights[3];
}

// Mean and mean square down the columns of one row of the picture.
INLINE void FN(niqe_columns)(const double *const *rows, int32_t width, const double *weights, double *restrict mean,
                             double *restrict square) {
    for (int32_t x = 0; x < width; x += 8) {
        D8 r[7];
        for (int k = 0; k < 7; ++k) r[k] = FN(niqe_load_some)(rows[k] + x, width - x);
        const D8 m = FN(niqe_window)(r[3], r[2] + r[4], r[1] + r[5], r[0] + r[6], weights);
        for (int k = 0; k < 7; ++k) r[k] = r[k] * r[k];
        const D8 s = FN(niqe_window)(r[3], r[2] + r[4], r[1] + r[5], r[0] + r[6], weights);
        FN(niqe_store_some)(mean + x, m, width - x);
        FN(niqe_store_some)(square + x, s, width - x);
    }
}

INLINE D8 FN(niqe_along)(const double *p, const double *weights) {
    return FN(niqe_window)(FN(niqe_load)(p), FN(niqe_load)(p - 1) + FN(niqe_load)(p + 1),
                           FN(niqe_load)(p - 2) + FN(niqe_load)(p + 2), FN(niqe_load)(p - 3) + FN(niqe_load)(p + 3),
                           weights);
}

static void FN(niqe_coefficients)(const double *restrict in, int32_t width, int32_t height, int32_t first,
                                  int32_t block, const double *restrict weights, double *restrict out,
                                  double *restrict sharpness, double *restrict scratch) {
    const size_t entries = niqe_entries(width);
    double *mean = scratch + NIQE_MARGIN, *square = mean + entries, *deviation = square + entries;
    const int32_t blocks = width / block;
    for (size_t i = 0; i < 3 * entries; ++i) scratch[i] = 0;
    for (int32_t i = 0; i < blocks; ++i) sharpness[i] = 0;
    for (int32_t y = first; y < first + block; ++y) {
        const double *rows[7];
        for (int32_t k = -3; k <= 3; ++k) {
            const int32_t at = y + k < 0 ? 0 : y + k >= height ? height - 1 : y + k;
            rows[k + 3] = in + (size_t)width * (size_t)at;
        }
        FN(niqe_columns)(rows, width, weights, mean, square);
        for (int32_t i = 1; i <= 3; ++i) {
            mean[-i] = mean[0];
            square[-i] = square[0];
            mean[width - 1 + i] = mean[width - 1];
            square[width - 1 + i] = square[width - 1];
        }
        double *row = out + (size_t)width * (size_t)(y - first);
        for (int32_t x = 0; x < width; x += 8) {
            const D8 mu = FN(niqe_along)(mean + x, weights);
            const D8 variance = FN(niqe_along)(square + x, weights) - mu * mu;
            const D8 sigma = __builtin_elementwise_sqrt(__builtin_elementwise_abs(variance));
            const D8 difference = FN(niqe_load_some)(rows[3] + x, width - x) - mu;
            const L8 counts = __builtin_elementwise_abs(difference) >= 1e-9;
            FN(niqe_store_some)(row + x, FN(niqe_only)(difference, counts) / (sigma + 1.0), width - x);
            FN(niqe_store_some)(deviation + x, sigma, width - x);
        }
        for (int32_t i = 0; i < blocks; ++i) {
            D8 sum = {0};
            for (int32_t x = 0; x < block; x += 8)
                sum += FN(niqe_load_some)(deviation + (size_t)i * (size_t)block + x, block - x);
            sharpness[i] += FN(niqe_sum)(sum);
        }
    }
}

// One row of products: sums[moment] gains it. `middle` is 0 past the block's end, so that nothing there counts.
INLINE void FN(niqe_add)(const double *middle, const double *beside, int32_t n, D8 *restrict sums) {
    D8 below = sums[0], above = sums[1], squares_below = sums[2], squares_above = sums[3], absolute = sums[4];
    const D8 one = (D8){0} + 1.0;
    for (int32_t x = 0; x < n; x += 8) {
        const D8 v = FN(niqe_load)(middle + x) * FN(niqe_load)(beside + x), square = v * v;
        const L8 negative = v < 0.0, positive = v > 0.0;
        below += FN(niqe_only)(one, negative);
        above += FN(niqe_only)(one, positive);
        squares_below += FN(niqe_only)(square, negative);
        squares_above += FN(niqe_only)(square, positive);
        absolute += __builtin_elementwise_abs(v);
    }
    sums[0] = below;
    sums[1] = above;
    sums[2] = squares_below;
    sums[3] = squares_above;
    sums[4] = absolute;
}

// The row with its ends wrapped round: [0] is the last, [1...n] the row, [n + 1] the first.
INLINE void FN(niqe_wrap)(const double *row, int32_t n, double *restrict wrapped) {
    wrapped[0] = row[n - 1];
    for (int32_t x = 0; x < n; ++x) wrapped[x + 1] = row[x];
    wrapped[n + 1] = row[0];
}

static void FN(niqe_moments)(const double *restrict coefficients, int32_t width, int32_t block,
                             double *restrict moments) {
    enum { SIZE = TB_NIQE_MOST_BLOCK + 16 };
    double ones[SIZE], middle[SIZE] = {0}, buffers[2][SIZE] = {{0}};
    for (int32_t x = 0; x < SIZE; ++x) ones[x] = 1;
    for (int32_t b = 0; b < width / block; ++b) {
        const double *first = coefficients + (size_t)b * (size_t)block;
        double *above = buffers[0], *here = buffers[1];
        D8 sums[TB_NIQE_PRODUCTS][TB_NIQE_MOMENTS];
        for (int p = 0; p < TB_NIQE_PRODUCTS; ++p)
            for (int m = 0; m < TB_NIQE_MOMENTS; ++m) sums[p][m] = (D8){0};
        FN(niqe_wrap)(first + (size_t)width * (size_t)(block - 1), block, above);
        for (int32_t y = 0; y < block; ++y) {
            const double *row = first + (size_t)width * (size_t)y;
            for (int32_t x = 0; x < block; ++x) middle[x] = row[x];
            for (int32_t x = block; x < block + 8; ++x) middle[x] = 0;
            FN(niqe_wrap)(row, block, here);
            FN(niqe_add)(middle, ones, block, sums[0]);
            FN(niqe_add)(middle, here, block, sums[1]);
            FN(niqe_add)(middle, above + 1, block, sums[2]);
            FN(niqe_add)(middle, above, block, sums[3]);
            FN(niqe_add)(middle, above + 2, block, sums[4]);
            double *swap = above;
            above = here;
            here = swap;
        }
        for (int p = 0; p < TB_NIQE_PRODUCTS; ++p)
            for (int m = 0; m < TB_NIQE_MOMENTS; ++m) *moments++ = FN(niqe_sum)(sums[p][m]);
    }
}
