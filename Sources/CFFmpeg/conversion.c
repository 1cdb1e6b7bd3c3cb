// Frames become RGB as FFmpeg's scale filter makes them, which decord and the `ffmpeg` program use.
#include "reader.h"

#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

static vr_status set_scaler(vr_reader *r, char *why, size_t size) {
    const AVFrame *f = r->frame;
    if (r->scaler && r->shape.width == f->width && r->shape.height == f->height && r->shape.format == f->format &&
        r->shape.range == f->color_range && r->shape.matrix == f->colorspace)
        return VR_OK;
    sws_freeContext(r->scaler);
    r->scaler = sws_alloc_context();
    if (!r->scaler) return vr_no_memory(why, size);
    const char *layout = av_get_pix_fmt_name(f->format);
    if (!sws_isSupportedInput(f->format))
        return vr_fail(VR_UNSUPPORTED, why, size, "pixels of the layout %s cannot become RGB", layout ? layout : "unknown");
    av_opt_set_int(r->scaler, "srcw", f->width, 0);
    av_opt_set_int(r->scaler, "srch", f->height, 0);
    av_opt_set_int(r->scaler, "src_format", f->format, 0);
    av_opt_set_int(r->scaler, "dstw", r->width, 0);
    av_opt_set_int(r->scaler, "dsth", r->height, 0);
    av_opt_set_int(r->scaler, "dst_format", AV_PIX_FMT_RGB24, 0);
    // Bilinear as decord, whose pictures the published scores come from; the program takes bicubic. The two differ only
    // where chroma is interpolated or pictures are scaled, not in 8-bit 4:2:0 of even height, nor in 4:4:4.
    av_opt_set_int(r->scaler, "sws_flags", SWS_BILINEAR, 0);
    // The scale filter's place of MPEG-2 chroma; it does so for this one layout.
    if (f->format == AV_PIX_FMT_YUV420P) av_opt_set_int(r->scaler, "src_v_chr_pos", 128, 0);
    if (sws_init_context(r->scaler, NULL, NULL) < 0)
        return vr_fail(VR_UNSUPPORTED, why, size, "pictures of %dx%d %s cannot become RGB", f->width, f->height,
                       layout ? layout : "pixels");
    int *from, *to, from_full, to_full, bright, contrast, saturation;
    if (sws_getColorspaceDetails(r->scaler, &from, &from_full, &to, &to_full, &bright, &contrast, &saturation) >= 0) {
        const int is_known = f->colorspace >= AVCOL_SPC_BT709 && f->colorspace <= AVCOL_SPC_BT2020_CL &&
                             f->colorspace != AVCOL_SPC_YCGCO;
        const int *table = sws_getCoefficients(is_known ? (int)f->colorspace : AVCOL_SPC_BT470BG);
        if (f->color_range != AVCOL_RANGE_UNSPECIFIED) from_full = f->color_range == AVCOL_RANGE_JPEG;
        sws_setColorspaceDetails(r->scaler, table, from_full, table, to_full, bright, contrast, saturation);
    }
    r->shape.width = f->width, r->shape.height = f->height, r->shape.format = f->format;
    r->shape.range = f->color_range, r->shape.matrix = f->colorspace;
    return VR_OK;
}

/// Copies the RGB frame as it is shown, in tiles that stay in the cache.
static void turn(const vr_reader *r, uint8_t *to) {
    const int w = r->width, h = r->height, a = r->turn[0], b = r->turn[1], c = r->turn[2], d = r->turn[3], tile = 32;
    const int64_t row = a ? w : h;  // pixels in a row of the result
    const int64_t dx = 3 * (a + b * row), dy = 3 * (c + d * row);
    uint8_t *origin = to + (a + c < 0 ? 3 * (row - 1) : 0) + (b + d < 0 ? 3 * row * ((a ? h : w) - 1) : 0);
    for (int y0 = 0; y0 < h; y0 += tile)
        for (int x0 = 0; x0 < w; x0 += tile)
            for (int y = y0; y < y0 + tile && y < h; y++) {
                const uint8_t *s = r->rgb->data[0] + (int64_t)y * r->rgb->linesize[0] + 3 * x0;
                uint8_t *t = origin + dy * y + dx * x0;
                for (int x = x0; x < x0 + tile && x < w; x++, s += 3, t += dx) t[0] = s[0], t[1] = s[1], t[2] = s[2];
            }
}

vr_status vr_convert(vr_reader *r, uint8_t *to, char *why, size_t size) {
    const vr_status status = set_scaler(r, why, size);
    if (status != VR_OK) return status;
    if (!r->rgb->data[0]) {
        // Padded lines: swscale's vector code rounds the last columns differently when it must not write behind them.
        r->rgb->format = AV_PIX_FMT_RGB24, r->rgb->width = r->width, r->rgb->height = r->height;
        if (av_frame_get_buffer(r->rgb, 0) < 0) return vr_no_memory(why, size);
    }
    const AVFrame *f = r->frame;
    const uint8_t *const *from = (const uint8_t *const *)f->data;
    if (sws_scale(r->scaler, from, f->linesize, 0, f->height, r->rgb->data, r->rgb->linesize) != r->height)
        return vr_fail(VR_UNSUPPORTED, why, size, "its pictures cannot become RGB");
    if (r->turn[0] == 1 && r->turn[3] == 1)
        av_image_copy_plane(to, 3 * r->width, r->rgb->data[0], r->rgb->linesize[0], 3 * r->width, r->height);
    else
        turn(r, to);
    return VR_OK;
}
