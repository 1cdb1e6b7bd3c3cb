// Compiles BODY three times: TB_VARIANTS_BODY names the header.
#include "isa.h"
#pragma clang fp contract(off)  // every fused product is written as one

#define FN(f) f##_portable
#include TB_VARIANTS_BODY
#undef FN

#if TB_X86
#define FN(f) f##_avx2
#pragma clang attribute push(TB_TARGET_AVX2, apply_to = function)
#include TB_VARIANTS_BODY
#pragma clang attribute pop
#undef FN

#define FN(f) f##_avx512
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,fma"))), apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#include TB_VARIANTS_BODY
#pragma clang attribute pop
#pragma clang attribute pop
#undef FN
#endif

// Calls the widest variant of f that both `isa` and the CPU allow.
#if TB_X86
#define TB_DISPATCH(isa, f, ...)                                       \
    switch (tb_isa_capped(isa)) {                                      \
    case TB_ISA_AVX512: f##_avx512(__VA_ARGS__); return;               \
    case TB_ISA_AVX2: f##_avx2(__VA_ARGS__); return;                   \
    default: f##_portable(__VA_ARGS__); return;                        \
    }
#else
#define TB_DISPATCH(isa, f, ...) \
    (void)(isa);                 \
    f##_portable(__VA_ARGS__)
#endif
