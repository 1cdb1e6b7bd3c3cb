#define TB_VARIANTS_BODY "resample_body.h"
#include "variants.h"

size_t tb_resample_scratch_floats(int32_t width, int32_t height, int32_t out_width) {
    return (((size_t)out_width * 3 + 15) & ~(size_t)15) * (size_t)height + 3 * (size_t)width;
}

void tb_resample(tb_isa isa, const uint8_t *restrict rgb, int32_t width, int32_t height, const tb_taps *columns,
                 const tb_taps *rows, uint8_t *restrict out, int32_t out_width, int32_t out_height,
                 float *restrict scratch) {
    TB_DISPATCH(isa, resample, rgb, width, height, columns, rows, out, out_width, out_height, scratch)
}
