#include "COpenBLASCore.h"

// Twelve chains of dependent operations hide the latency of two units, and fit into sixteen registers.
enum { CHAINS = 12 };

#if defined(__x86_64__)
#include <immintrin.h>

// One function an instruction set.
#define CEILING(NAME, TARGET, VECTOR, SET, STORE, STEP)                                            \
    __attribute__((target(TARGET))) static void NAME(long rounds, float half, float one, float *last) { \
        VECTOR sums[CHAINS];                                                                       \
        const VECTOR factor = SET(half), same = SET(one);                                          \
        for (int c = 0; c < CHAINS; c++) sums[c] = SET((float)c);                                  \
        for (long r = 0; r < rounds; r++) {                                                        \
            _Pragma("clang loop unroll(full)") for (int c = 0; c < CHAINS; c++) sums[c] = STEP;    \
        }                                                                                          \
        for (int c = 1; c < CHAINS; c++) sums[0] = sums[0] + sums[c];                              \
        STORE(last, sums[0] + factor + same);                                                      \
    }

// The sums go to 1, or grow slowly: none becomes subnormal, which would be slow.
CEILING(run_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_storeu_ps, _mm512_fmadd_ps(sums[c], factor, factor))
CEILING(run_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_storeu_ps, _mm256_fmadd_ps(sums[c], factor, factor))
// Without fused operations half of the chains multiply and half add, which have units of their own.
CEILING(run_avx, "avx", __m256, _mm256_set1_ps, _mm256_storeu_ps,
        c & 1 ? _mm256_mul_ps(sums[c], same) : _mm256_add_ps(sums[c], factor))
CEILING(run_sse, "sse2", __m128, _mm_set1_ps, _mm_storeu_ps,
        c & 1 ? _mm_mul_ps(sums[c], same) : _mm_add_ps(sums[c], factor))
#else
static void run_scalar(long rounds, float half, float one, float *last) {
    float sums[CHAINS] = {one};
    for (long r = 0; r < rounds; r++)
        for (int c = 0; c < CHAINS; c++) sums[c] = sums[c] * half + half;
    for (int c = 0; c < CHAINS; c++) last[0] += sums[c];
}
#endif

double blas_ceiling(blas_isa isa, long rounds) {
    float last[16] = {0};
    // Read when it runs: the compiler must not see that the sums need no computing.
    volatile float half = 0.5f, one = 1;
    int lanes = 1, operations = 2;
#if defined(__x86_64__)
    switch (isa) {
    case BLAS_ISA_AVX512: lanes = 16; run_avx512(rounds, half, one, last); break;
    case BLAS_ISA_AVX2: lanes = 8; run_avx2(rounds, half, one, last); break;
    case BLAS_ISA_AVX: lanes = 8; operations = 1; run_avx(rounds, half, one, last); break;
    default: lanes = 4; operations = 1; run_sse(rounds, half, one, last); break;
    }
#else
    (void)isa;
    run_scalar(rounds, half, one, last);
#endif
    half = last[0];  // the sums are used
    return (double)rounds * CHAINS * lanes * operations;
}
