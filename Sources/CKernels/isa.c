#include "isa.h"
#include <stdlib.h>
#include <string.h>

static tb_isa best = TB_ISA_PORTABLE;

// Chosen before main, so that no kernel call needs a lock or a first-use branch.
__attribute__((constructor)) static void choose(void) {
#if TB_X86 && !__has_feature(thread_sanitizer)  // the thread sanitizer does not see accesses wider than 16 bytes
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) best = TB_ISA_AVX2;
    if (best == TB_ISA_AVX2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vnni"))
        best = TB_ISA_AVX512;
    // A person may ask for the variants of a lesser processor, to compare.
    const char *asked = getenv("TRANSFERBENCH_KERNELS");
    if (asked && !strcmp(asked, "avx2") && best > TB_ISA_AVX2) best = TB_ISA_AVX2;
    if (asked && !strcmp(asked, "portable")) best = TB_ISA_PORTABLE;
#endif
}

tb_isa tb_isa_best(void) { return best; }
