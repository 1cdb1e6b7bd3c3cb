// Sixteen float lanes and the functions of them that the networks' kernels share; included once per instruction set, inside
// the pragma that sets it. FN(name) makes the variant's name.

typedef float FN(v16) __attribute__((vector_size(64), aligned(4)));
typedef int32_t FN(i16) __attribute__((vector_size(64), aligned(4)));
#undef V16
#undef I16
#undef INLINE
#define V16 FN(v16)
#define I16 FN(i16)
#define INLINE static inline __attribute__((always_inline))
#pragma clang diagnostic ignored "-Wpsabi"  // everything here is inlined: no vector crosses a call

INLINE V16 FN(load)(const float *p) { return *(const V16 *)p; }
INLINE void FN(store)(float *p, V16 v) { *(V16 *)p = v; }
INLINE V16 FN(splat)(float x) { return x - (V16){0}; }
INLINE V16 FN(fma)(V16 a, V16 b, V16 c) { return __builtin_elementwise_fma(a, b, c); }
INLINE V16 FN(select)(I16 mask, V16 a, V16 b) { return (V16)((mask & (I16)a) | (~mask & (I16)b)); }
// One instruction each: b where a is not a number.
INLINE V16 FN(max)(V16 a, V16 b) { return FN(select)(a > b, a, b); }
INLINE V16 FN(min)(V16 a, V16 b) { return FN(select)(a < b, a, b); }

// The first n < 16 numbers of p, `rest` in the other lanes.
INLINE V16 FN(load_part)(const float *p, size_t n, float rest) {
    float part[16];
    for (size_t l = 0; l < 16; ++l) part[l] = l < n ? p[l] : rest;
    return FN(load)(part);
}
INLINE void FN(store_part)(float *p, V16 v, size_t n) {
    for (size_t l = 0; l < n; ++l) p[l] = v[l];
}

// Sum and largest of the lanes, halving: the same tree in every variant.
#define UPPER(v, h)                                                                                                     \
    __builtin_shufflevector(v, v, (h) + 0, ((h) + 1) % 16, ((h) + 2) % 16, ((h) + 3) % 16, ((h) + 4) % 16, ((h) + 5) % 16,  \
                            ((h) + 6) % 16, ((h) + 7) % 16, -1, -1, -1, -1, -1, -1, -1, -1)
INLINE float FN(sum)(V16 v) {
    v += UPPER(v, 8);
    v += UPPER(v, 4);
    v += UPPER(v, 2);
    v += UPPER(v, 1);
    return v[0];
}
INLINE float FN(largest)(V16 v) {
    v = FN(max)(v, UPPER(v, 8));
    v = FN(max)(v, UPPER(v, 4));
    v = FN(max)(v, UPPER(v, 2));
    v = FN(max)(v, UPPER(v, 1));
    return v[0];
}
#undef UPPER

// e^y = 2^n e^r with |r| <= ln2/2, e^r by its Taylor polynomial of degree 7: gives e^r, and n as a whole number.
INLINE V16 FN(exp_parts)(V16 y, I16 *whole) {
    const V16 shift = FN(splat)(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
    const V16 n = FN(fma)(y, FN(splat)(1.44269504f), shift) - shift;
    V16 r = FN(fma)(n, FN(splat)(-0.693359375f), y);
    r = FN(fma)(n, FN(splat)(2.12194440e-4f), r);
    V16 p = FN(splat)(1.0f / 5040);
    p = FN(fma)(p, r, FN(splat)(1.0f / 720));
    p = FN(fma)(p, r, FN(splat)(1.0f / 120));
    p = FN(fma)(p, r, FN(splat)(1.0f / 24));
    p = FN(fma)(p, r, FN(splat)(1.0f / 6));
    p = FN(fma)(p, r, FN(splat)(0.5f));
    p = FN(fma)(p, r, FN(splat)(1.0f));
    p = FN(fma)(p, r, FN(splat)(1.0f));
    *whole = __builtin_convertvector(n, I16);
    return p;
}

// e^x to 1.5 ulp. Below -87.3 the result is 0, above 88.7 it stays at the value there; NaN stays NaN.
INLINE V16 FN(exp)(V16 x) {
    const V16 low = FN(splat)(-87.33654f);
    I16 whole;
    const V16 p = FN(exp_parts)(FN(min)(FN(max)(x, low), FN(splat)(88.7228f)), &whole);
    // 2^n in two halves, so that neither leaves the range of exponents.
    const I16 half = whole >> 1;
    const V16 a = (V16)((half + 127) << 23), b = (V16)((whole - half + 127) << 23);
    return FN(select)(x == x, FN(select)(x < low, (V16){0}, p * a * b), x);
}

// The same, bit for bit, up to x = 80: 2^n is a number of its own there.
INLINE V16 FN(exp_small)(V16 x) {
    const V16 low = FN(splat)(-87.33654f);
    I16 whole;
    const V16 p = FN(exp_parts)(FN(max)(x, low), &whole);
    return FN(select)(x == x, FN(select)(x < low, (V16){0}, p * (V16)((whole + 127) << 23)), x);
}
