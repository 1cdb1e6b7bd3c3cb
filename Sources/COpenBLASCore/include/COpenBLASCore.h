// Which of its kernels OpenBLAS runs. It chooses them by the processor's model number when it is loaded, and one that it does
// not know gets those of 2004. Before main, this library gives it those of the processor's features.
#pragma once
#include <stddef.h>

// Instruction sets that OpenBLAS has kernels for, each with all before it.
typedef enum {
    BLAS_ISA_UNKNOWN = 0,  // another architecture, or a core that came after this was written
    BLAS_ISA_SSE, BLAS_ISA_AVX, BLAS_ISA_AVX2, BLAS_ISA_AVX512,
} blas_isa;

// What this processor and its operating system run.
blas_isa blas_processor_isa(void);

// What the kernels of one of OpenBLAS' cores need, by the core's name.
blas_isa blas_core_isa(const char *core);

// The core that the library has to be given, of the cores by which instruction sets go; NULL when it has the right one, or one
// that is not known here.
const char *blas_better_core(const char *core, blas_isa processor);

// The core whose kernels run, and the one that the library chose by itself.
const char *blas_core(void);
const char *blas_own_core(void);

// What the library says of its build: its version, whether it has kernels for several processors.
const char *blas_configuration(void);

// Multiplies and adds in registers alone, as fast as a core can with an instruction set: the ceiling of every matrix product.
// Returns how many floating-point operations that was.
double blas_ceiling(blas_isa isa, long rounds);
