#include "COpenBLASCore.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Weak: builds for one processor lack the first two, and a program without OpenBLAS has none of them.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));
extern int blas_thread_shutdown_(void) __attribute__((weak));
extern char *openblas_get_corename(void) __attribute__((weak));
extern char *openblas_get_config(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));

static const char variable[] = "OPENBLAS_CORETYPE";
static char own_core[32] = "none";

static const struct {
    const char *name;
    blas_isa isa;
} cores[] = {
    {"Katmai", BLAS_ISA_SSE}, {"Coppermine", BLAS_ISA_SSE}, {"Northwood", BLAS_ISA_SSE}, {"Prescott", BLAS_ISA_SSE},
    {"Banias", BLAS_ISA_SSE}, {"Atom", BLAS_ISA_SSE}, {"Core2", BLAS_ISA_SSE}, {"Penryn", BLAS_ISA_SSE},
    {"Dunnington", BLAS_ISA_SSE}, {"Nehalem", BLAS_ISA_SSE}, {"Athlon", BLAS_ISA_SSE}, {"Opteron", BLAS_ISA_SSE},
    {"Opteron_SSE3", BLAS_ISA_SSE}, {"Barcelona", BLAS_ISA_SSE}, {"Bobcat", BLAS_ISA_SSE}, {"Nano", BLAS_ISA_SSE},
    {"Sandybridge", BLAS_ISA_AVX}, {"Bulldozer", BLAS_ISA_AVX}, {"Piledriver", BLAS_ISA_AVX},
    {"Steamroller", BLAS_ISA_AVX}, {"Excavator", BLAS_ISA_AVX2}, {"Haswell", BLAS_ISA_AVX2}, {"Zen", BLAS_ISA_AVX2},
    {"SkylakeX", BLAS_ISA_AVX512}, {"Cooperlake", BLAS_ISA_AVX512}, {"SapphireRapids", BLAS_ISA_AVX512},
};

blas_isa blas_processor_isa(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return BLAS_ISA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return BLAS_ISA_AVX2;
    return __builtin_cpu_supports("avx") ? BLAS_ISA_AVX : BLAS_ISA_SSE;
#else
    return BLAS_ISA_UNKNOWN;
#endif
}

blas_isa blas_core_isa(const char *core) {
    for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
        if (!strcasecmp(core, cores[i].name)) return cores[i].isa;
    return BLAS_ISA_UNKNOWN;
}

// Names that every release of the last ten years takes. AMD's processors with AVX-512 take SkylakeX too: the library has no
// kernels of their own for them.
static const char *core_of(blas_isa isa) {
    switch (isa) {
    case BLAS_ISA_AVX512: return "SkylakeX";
    case BLAS_ISA_AVX2: return "Haswell";
    case BLAS_ISA_AVX: return "Sandybridge";
    default: return NULL;
    }
}

const char *blas_better_core(const char *core, blas_isa processor) {
    const blas_isa isa = blas_core_isa(core);
    return isa != BLAS_ISA_UNKNOWN && isa < processor ? core_of(processor) : NULL;
}

// Lets the library choose again; with a name, as if a person had asked for it.
static void choose_again(const char *core) {
    if (core) setenv(variable, core, 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    if (core) unsetenv(variable);
}

// The constructors of shared libraries have run: OpenBLAS has chosen. Neither this program's threads nor products exist yet,
// so nothing here needs a lock.
__attribute__((constructor)) static void choose(void) {
    if (!openblas_get_corename || !openblas_set_num_threads) return;
    strncpy(own_core, openblas_get_corename(), sizeof own_core - 1);
    if (!getenv(variable) && gotoblas_dynamic_init && gotoblas_dynamic_quit) {
        // A build may lack the kernels of a name, and takes others then: the next lower ones are tried.
        for (blas_isa isa = blas_processor_isa(); blas_better_core(openblas_get_corename(), isa); isa--)
            choose_again(core_of(isa));
        if (blas_core_isa(openblas_get_corename()) < blas_core_isa(own_core)) choose_again(NULL);
    }
    // Results change with the library's number of threads: work is divided here instead. Its own threads would wait for work
    // that never comes, and for the first tenth of a second they do so by spinning.
    openblas_set_num_threads(1);
    if (blas_thread_shutdown_) blas_thread_shutdown_();
}

const char *blas_core(void) { return openblas_get_corename ? openblas_get_corename() : own_core; }
const char *blas_own_core(void) { return own_core; }
const char *blas_configuration(void) { return openblas_get_config ? openblas_get_config() : ""; }
