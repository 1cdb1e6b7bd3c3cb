// Which variants exist in this build, and how a function is compiled for one.
#ifndef TB_ISA_H
#define TB_ISA_H
#include "CKernels.h"

#if defined(__x86_64__)
#define TB_X86 1
#define TB_TARGET_AVX2 __attribute__((target("avx2,fma")))
#define TB_TARGET_AVX512 \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,fma"), min_vector_width(512)))
#else
#define TB_X86 0
#endif

static inline tb_isa tb_isa_capped(tb_isa isa) {
    const tb_isa best = tb_isa_best();
    return isa < best ? isa : best;
}
#endif
