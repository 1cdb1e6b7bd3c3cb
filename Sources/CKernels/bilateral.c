#include <math.h>
#include <string.h>

#include "isa.h"
#if TB_X86
#include <immintrin.h>
#endif

#pragma clang fp contract(off)  // a fused product in one variant only would change its last bit

enum { SEGMENTS = 64, LEVELS = 766, SHARES = 256 };
static const double ALLOWANCE = 0.2;

// A pixel's result is the weighted mean in double precision, rounded. The portable variant computes that directly. The SIMD
// variants estimate it with 16-bit weights, where the colour weight of an L1 distance k is a quadratic per 16 levels, and
// compute directly those pixels whose estimate is closer to a rounding boundary than its error may be.
struct tb_bilateral_tables {
    int32_t radius;
    int32_t pair_count;                                   // the taps of one row come in horizontal pairs
    int32_t half_width[2 * TB_BILATERAL_MAX_RADIUS + 1];  // of the disc, in row dy + radius
    double exact_space[(2 * TB_BILATERAL_MAX_RADIUS + 1) * (2 * TB_BILATERAL_MAX_RADIUS + 1)];  // one weight a tap
    double exact_colour[LEVELS];
    double full;                // the sum of the 16-bit weights where all colours are equal
    double margin[SHARES + 1];  // of an estimate's error times its weights, by the share of full that these lack
    uint32_t space[(2 * TB_BILATERAL_MAX_RADIUS + 1) * (TB_BILATERAL_MAX_RADIUS + 1)];  // two 16-bit weights a pair
    uint16_t base[SEGMENTS];
    int16_t slope[SEGMENTS];
    int16_t curve[SEGMENTS];
    int32_t colour[LEVELS];  // the quadratics' value at every distance
};

size_t tb_bilateral_tables_bytes(void) { return sizeof(tb_bilateral_tables); }

// Q15 product, rounded half up: what vpmulhrsw computes.
static inline int32_t mulhrs(int32_t a, int32_t b) { return (a * b + 0x4000) >> 15; }

// The colour weight of distance k from segment coefficients: exactly what the AVX-512 variant evaluates in its lanes.
static inline int32_t quadratic(int32_t k, int32_t base, int32_t slope, int32_t curve) {
    const int32_t f = (int16_t)(uint16_t)(k << 11);  // the low five bits of k, signed, times 2^11
    return base + mulhrs(f, (int16_t)(slope + mulhrs(f, curve)));
}

// --- tables ----------------------------------------------------------------------------------------------------------

static double gaussian(double x, double sigma) { return exp(x * x * -0.5 / (sigma * sigma)); }

// Least-squares quadratic through g at the 16 distances of segment s = k >> 4, rounded to integers; the neighbours of the
// rounded coefficients are tried too, because their errors partly cancel. Weights never go below zero. The argument is
// the five-bit signed remainder of k, so that one shift makes it: 0...15 from 16 s when s is even, -16...-1 from
// 16 (s + 1) when s is odd.
static void fit_segment(tb_bilateral_tables *t, int32_t s, double sigma, double scale) {
    double g[16], m[3][4] = {{0}};
    const int32_t first = s % 2 ? -16 : 0;
    for (int32_t i = 0; i < 16; ++i) {
        // A tap's weight is half the colour weight times the Q15 weight in space, truncated: one more makes it a rounding.
        g[i] = scale * gaussian(16.0 * s + i, sigma) + 1;
        const double f = first + i, p[3] = {1, f, f * f};
        for (int r = 0; r < 3; ++r) {
            for (int c = 0; c < 3; ++c) m[r][c] += p[r] * p[c];
            m[r][3] += p[r] * g[i];
        }
    }
    for (int i = 0; i < 3; ++i)
        for (int r = 0; r < 3; ++r)
            if (r != i) {
                const double q = m[r][i] / m[i][i];
                for (int c = i; c < 4; ++c) m[r][c] -= q * m[i][c];
            }
    const int32_t b0 = (int32_t)lrint(m[0][3] / m[0][0]);
    const int32_t l0 = (int32_t)lrint(16 * m[1][3] / m[1][1]);
    const int32_t q0 = (int32_t)lrint(256 * m[2][3] / m[2][2]);
    double best = HUGE_VAL;
    for (int32_t flat = 0; flat < 2; ++flat)
        for (int32_t b = b0 - 1; b <= b0 + 1; ++b)
            for (int32_t l = l0 - 2; l <= l0 + 2; ++l)
                for (int32_t q = q0 - 2; q <= q0 + 2; ++q) {
                    const int32_t slope = flat ? 0 : l, curve = flat ? 0 : q;
                    double error = 0;
                    for (int32_t i = 0; i < 16; ++i) {
                        const int32_t w = quadratic(16 * s + i, b, slope, curve);
                        const double e = w - g[i];
                        error += w < 0 ? HUGE_VAL : e * e;
                    }
                    if (error < best) {
                        best = error;
                        t->base[s] = (uint16_t)b;
                        t->slope[s] = (int16_t)slope;
                        t->curve[s] = (int16_t)curve;
                    }
                }
}

// An estimate's error times its weights is at most the largest error of one weight times the sum of |value - mean|. With
// hull the upper concave hull of distance over lost weight, Jensen's inequality bounds the mean distance to the centre by
// hull(lack), weighted or not, so that sum is at most taps * 2 hull(lack). The bound lets all taps err at once and in the
// worst direction; ALLOWANCE of it is still more than pictures made for the purpose need.
static void fit_margins(tb_bilateral_tables *t, double sigma, double scale, int32_t taps) {
    const int32_t r = t->radius;
    const uint32_t *pair = t->space;
    const double *space = t->exact_space;
    double worst = 0, least = 1;
    t->full = 0;
    for (int32_t dy = 0; dy <= 2 * r; ++dy) {
        const int32_t n = 2 * t->half_width[dy] + 1;
        for (int32_t i = 0; i < n; ++i) {
            const uint32_t quantised = pair[i >> 1] >> (16 * (i & 1)) & 0xffff;
            least = fmin(least, space[i]);
            t->full += scale * space[i];
            for (int32_t k = 0; k < LEVELS; ++k) {
                const double w = ((uint32_t)t->colour[k] * quantised) >> 16;
                worst = fmax(worst, fabs(w - scale * space[i] * t->exact_colour[k]));
            }
        }
        space += n;
        pair += t->half_width[dy] + 1;
    }
    double lost[256];
    int32_t hull[256], n = 0;
    for (int32_t k = 0; k < 256; ++k) {
        lost[k] = 1 - gaussian(k, sigma);
        while (n > 1 && (hull[n - 1] - hull[n - 2]) * (lost[k] - lost[hull[n - 2]]) <=
                            (k - hull[n - 2]) * (lost[hull[n - 1]] - lost[hull[n - 2]]))
            --n;
        hull[n++] = k;
    }
    for (int32_t s = 0; s <= SHARES; ++s) {
        // The weights themselves are off by up to worst each, and those in space are below 1.
        const double lack = ((s + 1) / (double)SHARES + worst * taps / t->full) / least;
        int32_t i = 0;
        while (i + 2 < n && lost[hull[i + 1]] < lack) ++i;
        const double slope = (hull[i + 1] - hull[i]) / (lost[hull[i + 1]] - lost[hull[i]]);
        const double distance = hull[i] + slope * (lack - lost[hull[i]]);
        t->margin[s] = ALLOWANCE * worst * taps * fmin(255, 2 * distance / least);
    }
}

int32_t tb_bilateral_tables_init(tb_bilateral_tables *t, int32_t radius, double sigma_color, double sigma_space) {
    if (radius < 1 || radius > TB_BILATERAL_MAX_RADIUS || !(sigma_color >= 50) || !(sigma_space > 0)) return -1;
    memset(t, 0, sizeof *t);
    t->radius = radius;
    int32_t taps = 0;
    for (int32_t dy = -radius; dy <= radius; ++dy) {
        int32_t a = 0;
        while ((a + 1) * (a + 1) + dy * dy <= radius * radius) ++a;
        t->half_width[dy + radius] = a;
        for (int32_t dx = -a; dx <= a; ++dx)
            t->exact_space[taps++] = gaussian(sqrt((double)(dx * dx + dy * dy)), sigma_space);
        for (int32_t dx = -a; dx <= a + 1; dx += 2) {
            const double near = gaussian(sqrt((double)(dx * dx + dy * dy)), sigma_space);
            const double far = gaussian(sqrt((double)((dx + 1) * (dx + 1) + dy * dy)), sigma_space);
            const uint32_t low = (uint32_t)lrint(32767 * near);
            const uint32_t high = dx + 1 > a ? 0 : (uint32_t)lrint(32767 * far);
            t->space[t->pair_count++] = low | high << 16;
        }
    }
    // The sums of weight * difference must fit 32 bits for the worst image: every tap at the distance that maximises it.
    double worst = 0;
    for (int32_t k = 1; k < 256; ++k) worst = fmax(worst, k * gaussian(k, sigma_color));
    const double scale = 2 * fmin(32700, floor(2147483647.0 / (worst * taps)) - 2);
    for (int32_t s = 0; 16 * s < LEVELS; ++s) fit_segment(t, s, sigma_color, scale);
    for (int32_t k = 0; k < LEVELS; ++k) {
        t->exact_colour[k] = gaussian(k, sigma_color);
        const int32_t s = k >> 4;
        t->colour[k] = quadratic(k, t->base[s], t->slope[s], t->curve[s]);
    }
    fit_margins(t, sigma_color, scale / 2, taps);
    return 0;
}

// --- padded planes ---------------------------------------------------------------------------------------------------

// One plane a channel; each element holds a pixel and its right neighbour, so that one load gives the two taps of a pair.
typedef struct planes {
    uint32_t *channel[3];
    size_t stride;
} planes;

static size_t plane_stride(int32_t radius, int32_t width) { return ((size_t)width + 2 * (size_t)radius + 64) & ~15ul; }

size_t tb_bilateral_scratch_bytes(const tb_bilateral_tables *t, int32_t width, int32_t height) {
    return 3 * sizeof(uint32_t) * plane_stride(t->radius, width) * ((size_t)height + 2 * (size_t)t->radius);
}

static int32_t mirrored(int32_t i, int32_t n) {
    if (n == 1) return 0;
    while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
    return i;
}

static planes padded(const tb_bilateral_tables *t, const uint8_t *restrict rgb, int32_t width, int32_t height,
                     void *scratch) {
    const int32_t r = t->radius, rows = height + 2 * r;
    planes p = {.stride = plane_stride(r, width)};
    for (int c = 0; c < 3; ++c) p.channel[c] = (uint32_t *)scratch + (size_t)c * p.stride * (size_t)rows;
    for (int32_t y = 0; y < rows; ++y) {
        const uint8_t *source = rgb + 3 * (size_t)width * (size_t)mirrored(y - r, height);
        for (int c = 0; c < 3; ++c) {
            uint32_t *row = p.channel[c] + p.stride * (size_t)y;
            for (int32_t x = 0; x < r; ++x) row[x] = source[3 * mirrored(x - r, width) + c];
            for (int32_t x = 0; x < width; ++x) row[r + x] = source[3 * x + c];
            for (int32_t x = 0; x < r; ++x) row[r + width + x] = source[3 * mirrored(width + x, width) + c];
            for (size_t x = (size_t)(width + 2 * r); x < p.stride; ++x) row[x] = 0;
            for (size_t x = 0; x + 1 < p.stride; ++x) row[x] |= row[x + 1] << 16;
        }
    }
    return p;
}

// --- portable --------------------------------------------------------------------------------------------------------

// Sums of w * dR, w * dG, w * dB and w in eight lanes: tap i of a row goes to lane i mod 8, in every variant.
typedef double exact_sums[4][8];

static void exact_rounded(exact_sums sums, const int32_t *restrict centre, uint8_t *restrict out) {
    double total[4];
    for (int q = 0; q < 4; ++q)
        total[q] = ((sums[q][0] + sums[q][4]) + (sums[q][2] + sums[q][6])) +
                   ((sums[q][1] + sums[q][5]) + (sums[q][3] + sums[q][7]));
    for (int c = 0; c < 3; ++c) out[c] = (uint8_t)(centre[c] + (int32_t)lrint(total[c] / total[3]));
}

static inline void centre_of(const planes *p, int32_t r, int32_t x, int32_t y, int32_t *restrict centre) {
    for (int c = 0; c < 3; ++c)
        centre[c] = (int32_t)(p->channel[c][p->stride * (size_t)(y + r) + (size_t)(x + r)] & 0xffff);
}

// The result at pixel (x, y), from the definition.
static void exact_portable(const tb_bilateral_tables *t, const planes *p, int32_t x, int32_t y, uint8_t *restrict out) {
    const int32_t r = t->radius;
    int32_t centre[3];
    centre_of(p, r, x, y, centre);
    exact_sums sums = {{0}};
    const double *restrict space = t->exact_space;
    for (int32_t dy = 0; dy <= 2 * r; ++dy) {
        const int32_t n = 2 * t->half_width[dy] + 1;
        const size_t start = p->stride * (size_t)(y + dy) + (size_t)(x + r - t->half_width[dy]);
        for (int32_t i = 0; i < n; ++i) {
            int32_t d[3], k = 0;
            for (int c = 0; c < 3; ++c) {
                d[c] = (int32_t)(p->channel[c][start + (size_t)i] & 0xffff) - centre[c];
                k += d[c] < 0 ? -d[c] : d[c];
            }
            const double w = t->exact_colour[k] * space[i];
            for (int c = 0; c < 3; ++c) sums[c][i & 7] += w * d[c];
            sums[3][i & 7] += w;
        }
        space += n;
    }
    exact_rounded(sums, centre, out);
}

static void blur_portable(const tb_bilateral_tables *t, planes p, uint8_t *restrict out, int32_t width,
                          int32_t height) {
    for (int32_t y = 0; y < height; ++y)
        for (int32_t x = 0; x < width; ++x)
            exact_portable(t, &p, x, y, out + 3 * ((size_t)y * (size_t)width + (size_t)x));
}

// Writes n estimated pixels of row y from x on, and computes those that the estimate leaves open.
static inline void finish_pixels(const tb_bilateral_tables *t, const planes *p, int32_t x, int32_t y, int32_t n,
                                 const int32_t *restrict weights, const int32_t (*restrict sum)[16], int32_t width,
                                 uint8_t *restrict out) {
    const int32_t r = t->radius;
    const uint32_t *centre[3];
    for (int c = 0; c < 3; ++c) centre[c] = p->channel[c] + p->stride * (size_t)(y + r) + (size_t)(x + r);
    uint8_t *o = out + 3 * ((size_t)y * (size_t)width + (size_t)x);
    for (int32_t i = 0; i < n; ++i, o += 3) {
        const double scale = 1 / (double)weights[i], lack = fmin(fmax(1 - weights[i] / t->full, 0), 1);
        const double margin = 0.5 - t->margin[(int32_t)(lack * SHARES)] * scale;
        int open = 0;
        for (int c = 0; c < 3; ++c) {
            const double mean = sum[c][i] * scale, rounded = rint(mean);
            open |= fabs(mean - rounded) > margin;
            o[c] = (uint8_t)((int32_t)(centre[c][i] & 0xffff) + (int32_t)rounded);
        }
        if (open) exact_portable(t, p, x + i, y, o);
    }
}

#if TB_X86

// --- AVX2: eight pixels by two taps, colour weights gathered from the table ---------------------------------------------

TB_TARGET_AVX2 static void blur_avx2(const tb_bilateral_tables *t, planes p, uint8_t *restrict out, int32_t width,
                                     int32_t height) {
    const int32_t r = t->radius;
    const __m256i low16 = _mm256_set1_epi32(0xffff), ones = _mm256_set1_epi16(1);
    for (int32_t x = 0; x < width; x += 8) {
        const int32_t n = width - x < 8 ? width - x : 8;
        for (int32_t y = 0; y < height; ++y) {
            __m256i centre[3], sum[3], weights = _mm256_setzero_si256();
            for (int c = 0; c < 3; ++c) {
                const uint32_t *q = p.channel[c] + p.stride * (size_t)(y + r) + (size_t)(x + r);
                const __m256i v = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)q), low16);
                centre[c] = _mm256_or_si256(v, _mm256_slli_epi32(v, 16));
                sum[c] = _mm256_setzero_si256();
            }
            const uint32_t *space = t->space;
            for (int32_t dy = 0; dy <= 2 * r; ++dy) {
                const int32_t a = t->half_width[dy];
                size_t at = p.stride * (size_t)(y + dy) + (size_t)(x + r - a);
                for (int32_t i = 0; i <= a; ++i, at += 2) {
                    __m256i d[3], k = _mm256_setzero_si256();
                    for (int c = 0; c < 3; ++c) {
                        d[c] = _mm256_sub_epi16(_mm256_loadu_si256((const __m256i *)(p.channel[c] + at)), centre[c]);
                        k = _mm256_add_epi16(k, _mm256_abs_epi16(d[c]));
                    }
                    const __m256i even = _mm256_i32gather_epi32(t->colour, _mm256_and_si256(k, low16), 4);
                    const __m256i odd = _mm256_i32gather_epi32(t->colour, _mm256_srli_epi32(k, 16), 4);
                    const __m256i w = _mm256_mulhi_epu16(_mm256_or_si256(even, _mm256_slli_epi32(odd, 16)),
                                                         _mm256_set1_epi32((int32_t)space[i]));
                    weights = _mm256_add_epi32(weights, _mm256_madd_epi16(w, ones));
                    for (int c = 0; c < 3; ++c) sum[c] = _mm256_add_epi32(sum[c], _mm256_madd_epi16(w, d[c]));
                }
                space += a + 1;
            }
            int32_t totals[16], sums[3][16];
            _mm256_storeu_si256((__m256i *)totals, weights);
            for (int c = 0; c < 3; ++c) _mm256_storeu_si256((__m256i *)sums[c], sum[c]);
            finish_pixels(t, &p, x, y, n, totals, sums, width, out);
        }
    }
}

// --- AVX-512: sixteen pixels by two taps, colour weights computed from permuted segment coefficients --------------------

TB_TARGET_AVX512 static void exact_avx512(const tb_bilateral_tables *t, const planes *p, int32_t x, int32_t y,
                                          uint8_t *restrict out) {
    const int32_t r = t->radius;
    int32_t centre[3];
    centre_of(p, r, x, y, centre);
    const __m256i low16 = _mm256_set1_epi32(0xffff);
    __m512d total[4];
    for (int q = 0; q < 4; ++q) total[q] = _mm512_setzero_pd();
    const double *space = t->exact_space;
    for (int32_t dy = 0; dy <= 2 * r; ++dy) {
        const int32_t n = 2 * t->half_width[dy] + 1;
        const size_t start = p->stride * (size_t)(y + dy) + (size_t)(x + r - t->half_width[dy]);
        for (int32_t i = 0; i < n; i += 8) {
            const __mmask8 lanes = (__mmask8)(n - i < 8 ? (1 << (n - i)) - 1 : 255);
            __m256i d[3], k = _mm256_setzero_si256();
            for (int c = 0; c < 3; ++c) {
                const __m256i v = _mm256_maskz_loadu_epi32(lanes, p->channel[c] + start + (size_t)i);
                d[c] = _mm256_sub_epi32(_mm256_and_si256(v, low16), _mm256_set1_epi32(centre[c]));
                k = _mm256_add_epi32(k, _mm256_abs_epi32(d[c]));
            }
            // Eight plain loads: a gather is slower on half of the processors.
            int32_t at[8];
            _mm256_storeu_si256((__m256i *)at, k);
            const double *g = t->exact_colour;
            const __m512d colour = _mm512_set_pd(g[at[7]], g[at[6]], g[at[5]], g[at[4]], g[at[3]], g[at[2]], g[at[1]], g[at[0]]);
            const __m512d w = _mm512_mul_pd(colour, _mm512_maskz_loadu_pd(lanes, space + i));
            for (int c = 0; c < 3; ++c)
                total[c] = _mm512_mask_add_pd(total[c], lanes, total[c], _mm512_mul_pd(w, _mm512_cvtepi32_pd(d[c])));
            total[3] = _mm512_mask_add_pd(total[3], lanes, total[3], w);
        }
        space += n;
    }
    exact_sums sums;
    for (int q = 0; q < 4; ++q) _mm512_storeu_pd(sums[q], total[q]);
    exact_rounded(sums, centre, out);
}

// finish_pixels for the eight pixels of one half of a register, in the same operations: their bytes as integers in
// `rounded`, and a bit for each that the estimate leaves open.
TB_TARGET_AVX512 static inline __mmask8 finish_half(const tb_bilateral_tables *t, __m256i weights, const __m256i *sum,
                                                    __m256i *rounded) {
    const __m512d w = _mm512_cvtepi32_pd(weights), scale = _mm512_div_pd(_mm512_set1_pd(1), w);
    __m512d lack = _mm512_sub_pd(_mm512_set1_pd(1), _mm512_div_pd(w, _mm512_set1_pd(t->full)));
    lack = _mm512_min_pd(_mm512_max_pd(lack, _mm512_setzero_pd()), _mm512_set1_pd(1));
    const __m256i share = _mm512_cvttpd_epi32(_mm512_mul_pd(lack, _mm512_set1_pd(SHARES)));
    const __m512d margin =
        _mm512_sub_pd(_mm512_set1_pd(0.5), _mm512_mul_pd(_mm512_i32gather_pd(share, t->margin, 8), scale));
    __mmask8 open = 0;
    for (int c = 0; c < 3; ++c) {
        const __m512d mean = _mm512_mul_pd(_mm512_cvtepi32_pd(sum[c]), scale);
        const __m512d nearest = _mm512_roundscale_pd(mean, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        open |= _mm512_cmp_pd_mask(_mm512_abs_pd(_mm512_sub_pd(mean, nearest)), margin, _CMP_GT_OQ);
        rounded[c] = _mm512_cvtpd_epi32(nearest);
    }
    return open;
}

// The intrinsic would be split into a multiplication and an addition, one more operation in a loop bound by their number.
TB_TARGET_AVX512 static inline __m512i dot_accumulate(__m512i sum, __m512i a, __m512i b) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
    return sum;
}

TB_TARGET_AVX512 static void blur_avx512(const tb_bilateral_tables *t, planes p, uint8_t *restrict out, int32_t width,
                                         int32_t height) {
    const int32_t r = t->radius;
    const __m512i low16 = _mm512_set1_epi32(0xffff), ones = _mm512_set1_epi16(1);
    const __m512i base0 = _mm512_loadu_si512(t->base), base1 = _mm512_loadu_si512(t->base + 32);
    const __m512i slope0 = _mm512_loadu_si512(t->slope), slope1 = _mm512_loadu_si512(t->slope + 32);
    const __m512i curve0 = _mm512_loadu_si512(t->curve), curve1 = _mm512_loadu_si512(t->curve + 32);
    for (int32_t x = 0; x < width; x += 16) {
        const int32_t n = width - x < 16 ? width - x : 16;
        for (int32_t y = 0; y < height; ++y) {
            __m512i centre[3], sum[3], weights = _mm512_setzero_si512();
            for (int c = 0; c < 3; ++c) {
                const uint32_t *q = p.channel[c] + p.stride * (size_t)(y + r) + (size_t)(x + r);
                const __m512i v = _mm512_and_si512(_mm512_loadu_si512(q), low16);
                centre[c] = _mm512_or_si512(v, _mm512_slli_epi32(v, 16));
                sum[c] = _mm512_setzero_si512();
            }
            const uint32_t *space = t->space;
            for (int32_t dy = 0; dy <= 2 * r; ++dy) {
                const int32_t a = t->half_width[dy];
                size_t at = p.stride * (size_t)(y + dy) + (size_t)(x + r - a);
                for (int32_t i = 0; i <= a; ++i, at += 2) {
                    __m512i d[3], distance[3];
                    for (int c = 0; c < 3; ++c) {
                        d[c] = _mm512_sub_epi16(_mm512_loadu_si512(p.channel[c] + at), centre[c]);
                        distance[c] = _mm512_abs_epi16(d[c]);
                    }
                    const __m512i k = _mm512_add_epi16(_mm512_add_epi16(distance[0], distance[1]), distance[2]);
                    const __m512i segment = _mm512_srli_epi16(k, 4), f = _mm512_slli_epi16(k, 11);
                    const __m512i curve = _mm512_permutex2var_epi16(curve0, segment, curve1);
                    const __m512i slope = _mm512_permutex2var_epi16(slope0, segment, slope1);
                    const __m512i base = _mm512_permutex2var_epi16(base0, segment, base1);
                    const __m512i inner = _mm512_add_epi16(slope, _mm512_mulhrs_epi16(f, curve));
                    const __m512i colour = _mm512_add_epi16(base, _mm512_mulhrs_epi16(f, inner));
                    const __m512i w = _mm512_mulhi_epu16(colour, _mm512_set1_epi32((int32_t)space[i]));
                    weights = dot_accumulate(weights, w, ones);
                    for (int c = 0; c < 3; ++c) sum[c] = dot_accumulate(sum[c], w, d[c]);
                }
                space += a + 1;
            }
            __m256i low[3], high[3], sum_low[3], sum_high[3];
            for (int c = 0; c < 3; ++c) {
                sum_low[c] = _mm512_castsi512_si256(sum[c]);
                sum_high[c] = _mm512_extracti64x4_epi64(sum[c], 1);
            }
            uint32_t open = finish_half(t, _mm512_castsi512_si256(weights), sum_low, low);
            open |= (uint32_t)finish_half(t, _mm512_extracti64x4_epi64(weights, 1), sum_high, high) << 8;
            int32_t result[3][16];
            for (int c = 0; c < 3; ++c)
                _mm512_storeu_si512(result[c],
                                    _mm512_add_epi32(_mm512_and_si512(centre[c], low16),
                                                     _mm512_inserti64x4(_mm512_castsi256_si512(low[c]), high[c], 1)));
            uint8_t *o = out + 3 * ((size_t)y * (size_t)width + (size_t)x);
            for (int32_t i = 0; i < n; ++i)
                for (int c = 0; c < 3; ++c) o[3 * i + c] = (uint8_t)result[c][i];
            for (open &= (1u << n) - 1; open; open &= open - 1) {
                const int32_t i = __builtin_ctz(open);
                exact_avx512(t, &p, x + i, y, o + 3 * i);
            }
        }
    }
}

#endif

// --- dispatch --------------------------------------------------------------------------------------------------------

void tb_bilateral_isa(tb_isa isa, const tb_bilateral_tables *t, const uint8_t *restrict rgb, uint8_t *restrict out,
                      int32_t width, int32_t height, void *scratch) {
    const planes p = padded(t, rgb, width, height, scratch);
    switch (tb_isa_capped(isa)) {
#if TB_X86
    case TB_ISA_AVX512: blur_avx512(t, p, out, width, height); return;
    case TB_ISA_AVX2: blur_avx2(t, p, out, width, height); return;
#endif
    default: blur_portable(t, p, out, width, height); return;
    }
}

void tb_bilateral(const tb_bilateral_tables *t, const uint8_t *restrict rgb, uint8_t *restrict out, int32_t width,
                  int32_t height, void *scratch) {
    tb_bilateral_isa(tb_isa_best(), t, rgb, out, width, height, scratch);
}
