// One variant of the products' kernels; included once per instruction set with FN defined.
#include "lanes.h"

typedef uint16_t FN(u16) __attribute__((vector_size(32), aligned(2)));

// float16 to float32, exactly: shifted into place the exponent is 112 too small; a product mends that, subnormal numbers
// included.
INLINE V16 FN(widened)(I16 half) {
    const V16 value = (V16)((half & 0x7fff) << 13) * 0x1p112f;
    const I16 special = ((half & 0x7c00) == 0x7c00) & 0x7f800000;
    return (V16)((I16)value | special | (half & 0x8000) << 16);
}

// Sixteen stored numbers, widened exactly; `type` is a constant where this is inlined.
INLINE V16 FN(load_stored)(const void *p, tb_number type) {
    if (type == TB_FLOAT32) return FN(load)(p);
    const I16 bits = __builtin_convertvector(*(const FN(u16) *)p, I16);
    return type == TB_BFLOAT16 ? (V16)(bits << 16) : FN(widened)(bits);
}

INLINE V16 FN(load_stored_part)(const void *p, size_t n, tb_number type) {
    union { float wide[16]; uint16_t half[16]; } part = {{0}};
    __builtin_memcpy(&part, p, n * (type == TB_FLOAT32 ? sizeof(float) : sizeof(uint16_t)));
    return FN(load_stored)(&part, type);
}

// Four rounds in which rows i and i + 8 are interleaved turn 16 rows of 16 numbers into the columns.
INLINE void FN(transpose)(V16 x[16]) {
#pragma clang loop unroll(full)
    for (int round = 0; round < 4; ++round) {
        V16 y[16];
#pragma clang loop unroll(full)
        for (int i = 0; i < 8; ++i) {
            y[2 * i] = __builtin_shufflevector(x[i], x[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            y[2 * i + 1] =
                __builtin_shufflevector(x[i], x[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < 16; ++i) x[i] = y[i];
    }
}

// One half of a panel from `rows` <= 16 rows of `depth` numbers; the rows that are not there are zeros.
INLINE void FN(pack_half)(const char *b, size_t row_bytes, size_t rows, size_t depth, tb_number type,
                          float *restrict to) {
    const size_t size = type == TB_FLOAT32 ? sizeof(float) : sizeof(uint16_t);
    for (size_t k = 0; k < depth; k += 16, b += 16 * size, to += 16 * TB_PANEL) {
        const size_t n = depth - k < 16 ? depth - k : 16;
        V16 x[16];
        if (n == 16 && rows == 16) {
#pragma clang loop unroll(full)
            for (size_t r = 0; r < 16; ++r) x[r] = FN(load_stored)(b + r * row_bytes, type);
        } else {
            for (size_t r = 0; r < 16; ++r)
                x[r] = r < rows ? FN(load_stored_part)(b + r * row_bytes, n, type) : (V16){0};
        }
        FN(transpose)(x);
        if (n == 16) {
#pragma clang loop unroll(full)
            for (size_t r = 0; r < 16; ++r) FN(store)(to + r * TB_PANEL, x[r]);
        } else {
            for (size_t r = 0; r < n; ++r) FN(store)(to + r * TB_PANEL, x[r]);
        }
    }
}

INLINE void FN(pack_columns_of)(const char *b, size_t stride, size_t columns, size_t depth, size_t first,
                                size_t count, float *restrict packed, tb_number type) {
    const size_t size = type == TB_FLOAT32 ? sizeof(float) : sizeof(uint16_t), padded = tb_padded(columns);
    for (size_t from = 0; from < depth; from += TB_DEPTH) {
        const size_t d = depth - from < TB_DEPTH ? depth - from : TB_DEPTH;
        for (size_t c = 0; c < tb_padded(count); c += 16) {
            const size_t rows = c >= count ? 0 : count - c < 16 ? count - c : 16;
            FN(pack_half)(b + (c * stride + from) * size, stride * size, rows, d, type,
                          packed + from * padded + (first + c) / TB_PANEL * TB_PANEL * d + c % TB_PANEL);
        }
    }
}

static void FN(pack_columns)(tb_number type, const void *b, size_t stride, size_t columns, size_t depth, size_t first,
                             size_t count, float *restrict packed) {
    switch (type) {
    case TB_FLOAT32: FN(pack_columns_of)(b, stride, columns, depth, first, count, packed, TB_FLOAT32); return;
    case TB_FLOAT16: FN(pack_columns_of)(b, stride, columns, depth, first, count, packed, TB_FLOAT16); return;
    case TB_BFLOAT16: FN(pack_columns_of)(b, stride, columns, depth, first, count, packed, TB_BFLOAT16); return;
    }
}

static void FN(pack_rows)(const float *restrict b, size_t stride, size_t columns, size_t depth, size_t first,
                          size_t count, float *restrict packed) {
    const size_t padded = tb_padded(columns);
    for (size_t k = first; k < first + count; ++k, b += stride) {
        const size_t from = k / TB_DEPTH * TB_DEPTH, d = depth - from < TB_DEPTH ? depth - from : TB_DEPTH;
        float *restrict to = packed + from * padded + (k - from) * TB_PANEL;
        for (size_t c = 0; c < padded; c += 16) {
            const V16 x = c + 16 <= columns ? FN(load)(b + c)
                          : c >= columns    ? (V16){0}
                                            : FN(load_part)(b + c, columns - c, 0);
            FN(store)(to + c / TB_PANEL * TB_PANEL * d + c % TB_PANEL, x);
        }
    }
}

// `rows` (a constant where this is inlined) rows of FN(TILE_VECTORS) vectors stay in registers through all the parts.
INLINE void FN(multiply_tile)(const tb_rows *restrict parts, size_t part_count, size_t row, size_t rows,
                              const float *restrict panel, const float *bias, const float *residual, float *out,
                              size_t out_stride, size_t columns) {
    enum { vectors = FN(TILE_VECTORS) };
    V16 sum[FN(TILE_ROWS)][vectors];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; ++r)
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; ++v) sum[r][v] = (V16){0};
    for (size_t part = 0; part < part_count; ++part) {
        const size_t stride = parts[part].stride, width = parts[part].width;
        const float *restrict a = parts[part].start + row * stride;
        for (size_t k = 0; k < width; ++k, ++a, panel += TB_PANEL) {
            V16 b[vectors];
#pragma clang loop unroll(full)
            for (size_t v = 0; v < vectors; ++v) b[v] = FN(load)(panel + 16 * v);
#pragma clang loop unroll(full)
            for (size_t r = 0; r < rows; ++r) {
                const V16 x = FN(splat)(a[r * stride]);
#pragma clang loop unroll(full)
                for (size_t v = 0; v < vectors; ++v) sum[r][v] = FN(fma)(x, b[v], sum[r][v]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; ++v) {
        if (16 * v >= columns) break;
        const size_t n = columns - 16 * v < 16 ? columns - 16 * v : 16;
        const V16 add = !bias ? (V16){0} : n == 16 ? FN(load)(bias + 16 * v) : FN(load_part)(bias + 16 * v, n, 0);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; ++r) {
            const size_t at = r * out_stride + 16 * v;
            V16 y = sum[r][v] + add;
            if (n == 16) {
                if (residual) y += FN(load)(residual + at);
                FN(store)(out + at, y);
            } else {
                if (residual) y += FN(load_part)(residual + at, n, 0);
                FN(store_part)(out + at, y, n);
            }
        }
    }
}

#define TILE_CASE(n)                                                                                                 \
    case n:                                                                                                          \
        if (n <= FN(TILE_ROWS))                                                                                      \
            FN(multiply_tile)(parts, part_count, row, n <= FN(TILE_ROWS) ? n : 1, panel, bias, residual, out,         \
                              out_stride, columns);                                                                  \
        break

static void FN(multiply_rows)(const tb_rows *restrict parts, size_t part_count, size_t row, size_t rows,
                              const float *restrict panel, const float *bias, const float *residual, float *out,
                              size_t out_stride, size_t columns) {
    switch (rows) {
        TILE_CASE(1);
        TILE_CASE(2);
        TILE_CASE(3);
        TILE_CASE(4);
        TILE_CASE(5);
        TILE_CASE(6);
        TILE_CASE(7);
        TILE_CASE(8);
        TILE_CASE(9);
        TILE_CASE(10);
        TILE_CASE(11);
        TILE_CASE(12);
        TILE_CASE(13);
        TILE_CASE(14);
    }
}
#undef TILE_CASE

static void FN(multiply_panels)(const tb_rows *restrict parts, size_t part_count, const float *restrict panels,
                                const float *restrict bias, const float *residual, float *out, size_t out_stride,
                                size_t out_panel_stride, size_t rows, size_t columns) {
    size_t depth = 0;
    for (size_t part = 0; part < part_count; ++part) depth += parts[part].width;
    const size_t blocks = (rows + FN(TILE_ROWS) - 1) / FN(TILE_ROWS), step = 16 * FN(TILE_VECTORS);
    for (size_t c = 0; c < columns; c += TB_PANEL, panels += depth * TB_PANEL)
        for (size_t half = 0; half < TB_PANEL && c + half < columns; half += step) {
            const size_t place = c / TB_PANEL * out_panel_stride + half;
            for (size_t block = 0; block < blocks; ++block) {
                const size_t row = block * rows / blocks, end = (block + 1) * rows / blocks;
                const size_t at = row * out_stride + place;
                FN(multiply_rows)(parts, part_count, row, end - row, panels + half, bias ? bias + c + half : 0,
                                  residual ? residual + at : 0, out + at, out_stride, columns - c - half);
            }
        }
}
