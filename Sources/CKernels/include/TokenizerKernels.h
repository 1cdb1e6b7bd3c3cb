// Hot loops of the video tokenizer, float32; the rules of NetworkKernels.h hold.
#ifndef TOKENIZER_KERNELS_H
#define TOKENIZER_KERNELS_H
#endif
