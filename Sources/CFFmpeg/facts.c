// What a container says about its pictures: how many, how fast, how they are shown.
#include "reader.h"

#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int is_format(const vr_reader *r, const char *name) {
    return !strncmp(r->format->iformat->name, name, strlen(name));
}

/// Average pictures a second; 0/1 when the container does not say. Still pictures have none, though FFmpeg gives them 25.
static AVRational rate(const vr_reader *r) {
    if (strstr(r->format->iformat->name, "_pipe")) return (AVRational){0, 1};
    const AVRational rate = r->stream->avg_frame_rate.num > 0 ? r->stream->avg_frame_rate : r->stream->r_frame_rate;
    return rate.num > 0 && rate.den > 0 ? rate : (AVRational){0, 1};
}

/// How long the stream is, in seconds; 0 when nothing says so.
static double duration(const vr_reader *r) {
    if (r->stream->duration > 0) return (double)r->stream->duration * av_q2d(r->stream->time_base);
    const AVDictionaryEntry *tag = av_dict_get(r->stream->metadata, "DURATION", NULL, 0);  // Matroska's, as 00:00:05.042
    const double start = r->stream->start_time > 0 ? (double)r->stream->start_time * av_q2d(r->stream->time_base) : 0;
    int hours, minutes;
    double seconds;
    if (tag && sscanf(tag->value, "%d:%d:%lf", &hours, &minutes, &seconds) == 3)
        return 3600.0 * hours + 60.0 * minutes + seconds - start;
    return r->format->duration > 0 ? (double)r->format->duration / AV_TIME_BASE : 0;
}

void vr_count_samples(vr_reader *r, vr_info *info) {
    const AVStream *s = r->stream;
    if (is_format(r, "avi")) info->samples = s->nb_frames;  // AVI's index stands at the end, so it may be missing
    if (is_format(r, "mov") && s->nb_frames > 0)
        for (int i = 0; i < avformat_index_get_entries_count(s); i++) {
            const AVIndexEntry *e = avformat_index_get_entry(r->stream, i);
            if (e->flags & AVINDEX_DISCARD_FRAME) continue;
            info->samples++;
            info->samples_cut += e->pos + e->size > r->input.bytes;
        }
    if (info->samples < 0) info->samples = 0;
    r->samples = info->samples;
    const double pictures = duration(r) * av_q2d(rate(r));
    info->estimate = info->samples > 0 ? info->samples : pictures > 0 && pictures < 1 << 24 ? llround(pictures) : 0;
}

static void find_turn(vr_reader *r, vr_info *info) {
    r->turn[0] = r->turn[3] = 1;
    const uint8_t *data = av_stream_get_side_data(r->stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
    if (!data) {
        const AVFrameSideData *side = av_frame_get_side_data(r->frame, AV_FRAME_DATA_DISPLAYMATRIX);
        data = side ? side->data : NULL;
    }
    if (!data) return;
    int32_t m[9];
    memcpy(m, data, sizeof m);
    const double angle = av_display_rotation_get(m);
    if (!isfinite(angle)) return;
    if (fabs(remainder(angle, 90)) > 1) {
        info->other_angle = (int32_t)lround(-angle);
        return;
    }
    const int32_t entry[4] = {m[0], m[1], m[3], m[4]};
    const int turned = abs((int)lround(angle / 90)) % 2;
    for (int i = 0; i < 4; i++) r->turn[i] = turned == (i == 1 || i == 2) ? (entry[i] < 0 ? -1 : 1) : 0;
    const int *t = r->turn;
    info->mirrored = t[0] * t[3] - t[1] * t[2] < 0;
    info->rotation = turned ? (t[1] > 0 ? 90 : 270) : t[0] < 0 && t[3] < 0 ? 180 : 0;
}

void vr_find_facts(vr_reader *r, vr_info *info) {
    const AVFrame *f = r->frame;
    r->width = f->width;
    r->height = f->height;
    find_turn(r, info);
    const int turned = r->turn[0] == 0;
    info->width = turned ? f->height : f->width;
    info->height = turned ? f->width : f->height;
    AVRational aspect = av_guess_sample_aspect_ratio(r->format, r->stream, r->frame);
    if (aspect.num <= 0 || aspect.den <= 0) aspect = (AVRational){0, 1};
    else if (turned) aspect = av_inv_q(aspect);
    info->aspect_num = aspect.num, info->aspect_den = aspect.den;
    info->rate_num = rate(r).num, info->rate_den = rate(r).den;
    const AVPixFmtDescriptor *layout = av_pix_fmt_desc_get(f->format);
    info->rgb = layout && layout->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
    const int is_ranged = !info->rgb && f->color_range != AVCOL_RANGE_UNSPECIFIED;
    info->full_range = is_ranged ? f->color_range == AVCOL_RANGE_JPEG : -1;
    const char *matrix = info->rgb || f->colorspace == AVCOL_SPC_UNSPECIFIED ? NULL : av_color_space_name(f->colorspace);
    snprintf(info->matrix, sizeof info->matrix, "%s", matrix ? matrix : "");
}
