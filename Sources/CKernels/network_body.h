// One variant of the networks' kernels; included once per instruction set with FN defined.
#include "lanes.h"

// A loop over n numbers, sixteen at a time, the last ones padded with `rest`: LANES(i, n, v = FETCH(p), ...)
#define EACH_LANES(i, n) for (size_t i = 0, left; i < (n) && ((left = (n) - i), 1); i += 16)
#define FETCH(p, rest) (left >= 16 ? FN(load)(p) : FN(load_part)(p, left, rest))
#define PUT(p, v)                                   \
    do {                                            \
        if (left >= 16) FN(store)(p, v);            \
        else FN(store_part)(p, v, left);            \
    } while (0)

static void FN(widen_bf16)(const uint16_t *restrict x, float *restrict y, size_t n) {
    uint32_t *restrict bits = (uint32_t *)y;
    for (size_t i = 0; i < n; ++i) bits[i] = (uint32_t)x[i] << 16;
}

static void FN(widen_f16)(const uint16_t *restrict x, float *restrict y, size_t n) {
    for (size_t i = 0; i < n; ++i) {
        // Shifted into place the exponent is 112 too small; a product mends that, subnormal numbers included.
        union { uint32_t u; float f; } v = {(uint32_t)(x[i] & 0x7fff) << 13}, huge = {0x77800000u};
        v.f *= huge.f;
        const uint32_t special = (x[i] & 0x7c00) == 0x7c00 ? 0x7f800000u : 0;
        v.u |= special | (uint32_t)(x[i] & 0x8000) << 16;
        y[i] = v.f;
    }
}

static void FN(layer_norm)(float *restrict x, const float *restrict position, const float *restrict scale,
                           const float *restrict shift, float *restrict y, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; ++r, x += width, y += width) {
        V16 sum = {0};
        EACH_LANES(i, width) {
            V16 v = FETCH(x + i, 0);
            if (position) {
                v += FETCH(position + i, 0);
                PUT(x + i, v);
            }
            sum += v;
        }
        if (position) position += width;
        const float mean = FN(sum)(sum) / (float)width;
        V16 squares = {0};
        EACH_LANES(i, width) {
            const V16 v = FETCH(x + i, mean) - mean;
            squares = FN(fma)(v, v, squares);
        }
        const float factor = 1 / __builtin_sqrtf(FN(sum)(squares) / (float)width + 1e-6f);
        EACH_LANES(i, width) {
            const V16 v = (FETCH(x + i, 0) - mean) * factor;
            PUT(y + i, FN(fma)(v, 1 + FETCH(scale + i, 0), FETCH(shift + i, 0)));
        }
    }
}

static void FN(position)(const float *restrict a, const float *restrict b, const float *restrict c, float *restrict y,
                         size_t rows, size_t width) {
    for (size_t r = 0; r < rows; ++r, c += width, y += width) {
        V16 squares = {0};
        EACH_LANES(i, width) {
            const V16 v = FETCH(a + i, 0) + FETCH(b + i, 0) + FETCH(c + i, 0);
            squares = FN(fma)(v, v, squares);
            PUT(y + i, v);
        }
        const float factor = 1 / (__builtin_sqrtf(FN(sum)(squares) / (float)width) + 1e-6f);
        EACH_LANES(i, width) PUT(y + i, FETCH(y + i, 0) * factor);
    }
}

static void FN(rms_norm)(const float *restrict x, const float *restrict gain, float *restrict y, size_t rows,
                         size_t width) {
    for (size_t r = 0; r < rows; ++r, x += width, y += width) {
        V16 squares = {0};
        EACH_LANES(i, width) {
            const V16 v = FETCH(x + i, 0);
            squares = FN(fma)(v, v, squares);
        }
        const float factor = 1 / __builtin_sqrtf(FN(sum)(squares) / (float)width + 1e-6f);
        EACH_LANES(i, width) PUT(y + i, FETCH(x + i, 0) * factor * FETCH(gain + i, 0));
    }
}

static void FN(head_norm_rope)(float *restrict x, size_t stride, const float *restrict gain,
                               const float *restrict cosine, const float *restrict sine, size_t rows, size_t heads,
                               size_t width) {
    const size_t half = width / 2;
    for (size_t r = 0; r < rows; ++r, x += stride) {
        for (size_t h = 0; h < heads; ++h) {
            float *restrict a = x + h * width, *restrict b = a + half;
            V16 squares = {0};
            EACH_LANES(i, width) {
                const V16 v = FETCH(a + i, 0);
                squares = FN(fma)(v, v, squares);
            }
            const float factor = 1 / __builtin_sqrtf(FN(sum)(squares) / (float)width + 1e-6f);
            if (!cosine) {
                EACH_LANES(i, width) PUT(a + i, FETCH(a + i, 0) * factor * FETCH(gain + i, 0));
                continue;
            }
            EACH_LANES(i, half) {
                const V16 p = FETCH(a + i, 0) * factor * FETCH(gain + i, 0);
                const V16 q = FETCH(b + i, 0) * factor * FETCH(gain + half + i, 0);
                const V16 c = FETCH(cosine + i, 0), s = FETCH(sine + i, 0);
                PUT(a + i, FN(fma)(p, c, -(q * s)));
                PUT(b + i, FN(fma)(q, c, p * s));
            }
        }
        if (cosine) cosine += half, sine += half;
    }
}

// erf(z): an odd polynomial up to 1, e^(-z^2) times a polynomial in 1/(1 + 0.45 z) above; within 1.2e-7.
INLINE V16 FN(erf)(V16 x) {
    const V16 z = __builtin_elementwise_abs(x), s = z * z;
    V16 p = FN(splat)(7.882497448e-05f);
    p = FN(fma)(p, s, FN(splat)(-8.018855006e-04f));
    p = FN(fma)(p, s, FN(splat)(5.189312156e-03f));
    p = FN(fma)(p, s, FN(splat)(-2.685432881e-02f));
    p = FN(fma)(p, s, FN(splat)(1.128359735e-01f));
    p = FN(fma)(p, s, FN(splat)(-3.761262596e-01f));
    p = FN(fma)(p, s, FN(splat)(1.128379107f));
    const V16 t = 1 / FN(fma)(z, FN(splat)(0.45f), FN(splat)(1));
    V16 q = FN(splat)(-1.572909206e-01f);
    q = FN(fma)(q, t, FN(splat)(3.465130329e-01f));
    q = FN(fma)(q, t, FN(splat)(3.719852492e-02f));
    q = FN(fma)(q, t, FN(splat)(2.722267507e-01f));
    q = FN(fma)(q, t, FN(splat)(2.466398776e-01f));
    q = FN(fma)(q, t, FN(splat)(2.543720901e-01f));
    const V16 large = FN(fma)(-(q * t), FN(exp_small)(-s), FN(splat)(1));
    const V16 y = FN(select)(z < 1, p * z, large);
    return FN(select)(x < 0, -y, y);
}

static void FN(gelu)(float *restrict x, size_t stride, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; ++r, x += stride)
        EACH_LANES(i, width) {
            const V16 v = FETCH(x + i, 0), h = 0.5f * v;
            PUT(x + i, FN(fma)(h, FN(erf)(v * 0.70710678f), h));
        }
}

static void FN(silu)(const float *x, float *y, size_t n) {
    EACH_LANES(i, n) {
        const V16 v = FETCH(x + i, 0);
        PUT(y + i, v / (1 + FN(exp)(-v)));
    }
}

static void FN(relu)(float *restrict x, size_t stride, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; ++r, x += stride)
        EACH_LANES(i, width) {
            const V16 v = FETCH(x + i, 0);
            PUT(x + i, FN(select)(v < 0, (V16){0}, v));
        }
}

static void FN(softmax_tile)(float *restrict s, size_t stride, float scale, float *restrict most, float *restrict sum,
                             float *restrict out, size_t out_stride, size_t out_width, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; ++r, s += stride, out += out_stride) {
        V16 m = FN(splat)(-__builtin_inff());
        EACH_LANES(i, columns) m = FN(max)(FETCH(s + i, -__builtin_inff()), m);
        const float found = FN(largest)(m) * scale, new = found > most[r] ? found : most[r];
        // A row without a single key so far keeps its sum of 0: e^(-inf - -inf) must not become NaN.
        const float base = new == -__builtin_inff() ? 0 : new;
        V16 total = {0};
        EACH_LANES(i, columns) {
            const V16 e =
                FN(exp_small)(FN(fma)(FETCH(s + i, -__builtin_inff()), FN(splat)(scale), FN(splat)(-base)));
            PUT(s + i, e);
            total += e;
        }
        // A row's first keys find nothing to scale.
        const float old = most[r] == new || sum[r] == 0 ? 1 : FN(exp_small)(FN(splat)(most[r] - base))[0];
        sum[r] = sum[r] * old + FN(sum)(total);
        most[r] = new;
        if (old != 1)
            EACH_LANES(i, out_width) PUT(out + i, FETCH(out + i, 0) * old);
    }
}

static void FN(softmax_finish)(float *restrict out, size_t stride, const float *restrict sum, size_t rows,
                               size_t width) {
    for (size_t r = 0; r < rows; ++r, out += stride) {
        const float factor = 1 / sum[r];
        EACH_LANES(i, width) PUT(out + i, FETCH(out + i, 0) * factor);
    }
}

static void FN(add_gated)(float *restrict x, size_t x_stride, const float *restrict y, size_t y_stride,
                          const float *restrict gate, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; ++r, x += x_stride, y += y_stride)
        EACH_LANES(i, width) {
            const V16 v = FETCH(y + i, 0);
            PUT(x + i, gate ? FN(fma)(FETCH(gate + i, 0), v, FETCH(x + i, 0)) : FETCH(x + i, 0) + v);
        }
}

static void FN(add_weighted)(float *restrict x, size_t x_stride, const float *restrict y, size_t y_stride,
                             const float *restrict bias, const float *restrict weight, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; ++r, x += x_stride, y += y_stride)
        EACH_LANES(i, width) {
            const V16 v = FETCH(y + i, 0) + FETCH(bias + i, 0);
            PUT(x + i, FN(fma)(FN(splat)(weight[r]), v, FETCH(x + i, 0)));
        }
}

#undef EACH_LANES
#undef FETCH
#undef PUT
