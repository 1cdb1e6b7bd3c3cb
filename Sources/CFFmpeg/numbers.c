// A picture in its own numbers, where 8 bits of RGB cannot say them: more than 8 bits a channel, and opacity.
#include "reader.h"

#include <libavutil/pixdesc.h>
#include <stdlib.h>

/// Bits of a channel when pixels are grey or RGB with integers of as many bits in every channel; else 0.
static int plain_bits(const AVPixFmtDescriptor *d) {
    const uint64_t odd = AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER;
    const int colours = d->nb_components - !!(d->flags & AV_PIX_FMT_FLAG_ALPHA), bits = d->comp[0].depth;
    if (d->flags & odd || (colours != 1 && !(d->flags & AV_PIX_FMT_FLAG_RGB))) return 0;
    for (int i = 0; i < colours; i++)
        if (d->comp[i].depth != bits) return 0;
    return bits >= 8 && bits <= 16 ? bits : 0;
}

/// Writes one channel of the picture, turned; of several the brightest.
static void gather(const vr_reader *r, int channel, int is_first, uint16_t *line, uint16_t *to) {
    const AVFrame *f = r->frame;
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
    const int a = r->turn[0], b = r->turn[1], c = r->turn[2], e = r->turn[3], w = f->width, h = f->height;
    const int64_t row = a ? w : h, dx = a + b * row, dy = c + e * row;
    to += (a + c < 0 ? row - 1 : 0) + (b + e < 0 ? row * ((a ? h : w) - 1) : 0);
    for (int y = 0; y < h; y++) {
        av_read_image_line2(line, (const uint8_t **)f->data, f->linesize, d, 0, y, channel, w,
                            !!(d->flags & AV_PIX_FMT_FLAG_PAL), sizeof *line);
        for (int x = 0; x < w; x++) {
            uint16_t *t = to + dy * y + dx * x;
            if (is_first || line[x] > *t) *t = line[x];
        }
    }
}

void vr_numbers(const vr_reader *r, uint16_t *brightest, uint16_t *opacity, int32_t *bits, int32_t *opacity_bits) {
    *bits = *opacity_bits = 0;
    const AVFrame *f = r->frame;
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
    if (!d || !f->data[0] || f->width != r->width || f->height != r->height) return;
    const int is_palette = !!(d->flags & AV_PIX_FMT_FLAG_PAL), last = is_palette ? 3 : d->nb_components - 1;
    const int has_opacity = is_palette || !!(d->flags & AV_PIX_FMT_FLAG_ALPHA);
    if (has_opacity && !(d->flags & AV_PIX_FMT_FLAG_FLOAT)) *opacity_bits = is_palette ? 8 : d->comp[last].depth;
    const int depth = is_palette ? 8 : plain_bits(d);
    if (depth > 8) *bits = depth;
    uint16_t *line = brightest && opacity ? malloc(sizeof *line * (size_t)f->width) : NULL;
    if (!line) return;
    for (int i = 0; *bits && i <= last - has_opacity; i++) gather(r, i, i == 0, line, brightest);
    if (*opacity_bits) gather(r, last, 1, line, opacity);
    free(line);
}
