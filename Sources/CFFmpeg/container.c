// Opens a container and the decoder of one of its streams.
#define _GNU_SOURCE
#include "reader.h"

#include <errno.h>
#include <string.h>

// A playlist in a video's clothes must not open other files.
static int refuse(AVFormatContext *f, AVIOContext **io, const char *url, int flags, AVDictionary **options) {
    (void)f, (void)io, (void)url, (void)flags, (void)options;
    return AVERROR(EPERM);
}

vr_status vr_cause(const vr_reader *r, int error, vr_status otherwise) {
    if (error == AVERROR(ENOMEM)) return VR_NO_MEMORY;
    return r->input.system_error ? VR_UNREADABLE : otherwise;
}

static const char *error_text(const vr_reader *r, int error, char *text) {
    return r->input.system_error ? strerror(r->input.system_error)
                                 : av_make_error_string(text, AV_ERROR_MAX_STRING_SIZE, error);
}

static vr_status open_format(vr_reader *r, char *why, size_t size) {
    char text[AV_ERROR_MAX_STRING_SIZE];
    r->format = avformat_alloc_context();
    if (!r->format) return vr_no_memory(why, size);
    r->format->pb = r->input.io;
    r->format->io_open = refuse;
    r->format->protocol_whitelist = av_strdup("none");
    r->format->format_whitelist = av_strdup(
        "mov,matroska,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ivf,obu,flv,asf,ogg,rm,mxf,nut,dv,yuv4mpegpipe,mjpeg,gif,"
        "apng,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe");
    // Without a name the contents decide; by the suffix .jpg a reader of numbered files would be chosen.
    const int error = avformat_open_input(&r->format, "", NULL, NULL);
    if (error >= 0) return VR_OK;
    const char *line = vr_first_line(r), *named = strstr(line, "Format not on whitelist");
    if (named)
        return vr_fail(VR_NOT_VIDEO, why, size, "it is of the kind %.*s, which is not read",
                       (int)strcspn(line, ":"), line);
    return vr_fail(vr_cause(r, error, VR_NOT_VIDEO), why, size, "%s%s%s", error_text(r, error, text),
                   r->said ? "; " : "", line);
}

/// The probing decodes too, with decoders of its own, which obey the same limit.
static vr_status probe(vr_reader *r, int64_t most, char *why, size_t size) {
    char text[AV_ERROR_MAX_STRING_SIZE];
    const unsigned streams = r->format->nb_streams;
    AVDictionary **options = av_calloc(streams + 1, sizeof *options);
    for (unsigned i = 0; options && i < streams; i++) av_dict_set_int(&options[i], "max_pixels", most, 0);
    const int error = avformat_find_stream_info(r->format, options);
    for (unsigned i = 0; options && i < streams; i++) av_dict_free(&options[i]);
    av_free(options);
    if (error >= 0) return VR_OK;
    return vr_fail(vr_cause(r, error, VR_NOT_VIDEO), why, size, "%s%s%s", error_text(r, error, text),
                   r->said ? "; " : "", vr_first_line(r));
}

/// FFmpeg's choice, as decord's, but never a cover picture; NULL when there is none.
static AVStream *choose_stream(AVFormatContext *f, int32_t *count) {
    AVStream *first = NULL;
    for (unsigned i = 0; i < f->nb_streams; i++) {
        AVStream *s = f->streams[i];
        if (s->codecpar->codec_type != AVMEDIA_TYPE_VIDEO || s->disposition & AV_DISPOSITION_ATTACHED_PIC) continue;
        if (++*count == 1) first = s;
    }
    const int best = av_find_best_stream(f, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    const int is_cover = best >= 0 && f->streams[best]->disposition & AV_DISPOSITION_ATTACHED_PIC;
    AVStream *chosen = !first || best < 0 || is_cover ? first : f->streams[best];
    for (unsigned i = 0; i < f->nb_streams; i++)
        if (f->streams[i] != chosen) f->streams[i]->discard = AVDISCARD_ALL;
    return chosen;
}

static vr_status open_decoder(vr_reader *r, int64_t most, char *why, size_t size) {
    char text[AV_ERROR_MAX_STRING_SIZE];
    const AVCodecParameters *const p = r->stream->codecpar;
    const char *name = avcodec_get_name(p->codec_id);
    if (p->width > 0 && p->height > 0 && p->width > most / p->height)
        return vr_fail(VR_TOO_LARGE, why, size, "its pictures are %dx%d", p->width, p->height);
    const AVCodec *codec = avcodec_find_decoder(p->codec_id);
    if (!codec) return vr_fail(VR_UNSUPPORTED, why, size, "there is no decoder for its codec (%s)", name);
    r->decoder = avcodec_alloc_context3(codec);
    if (!r->decoder || avcodec_parameters_to_context(r->decoder, p) < 0) return vr_no_memory(why, size);
    r->decoder->max_pixels = most;
    // Of damaged files several threads make other pictures each time, and say other things.
    r->decoder->thread_count = 1;
    r->decoder->pkt_timebase = r->stream->time_base;
    const int error = avcodec_open2(r->decoder, codec, NULL);
    if (error >= 0) return VR_OK;
    return vr_fail(vr_cause(r, error, VR_UNSUPPORTED), why, size, "the decoder for %s does not start: %s%s%s", name,
                   error_text(r, error, text), r->said ? "; " : "", vr_first_line(r));
}

vr_status vr_open_container(vr_reader *r, int64_t most, vr_info *info, char *why, size_t size) {
    vr_status status = open_format(r, why, size);
    if (status == VR_OK) status = probe(r, most, why, size);
    if (status != VR_OK) return status;
    r->stream = choose_stream(r->format, &info->video_streams);
    if (!r->stream) return vr_fail(VR_NO_PICTURES, why, size, "it has no video stream");
    info->stream = r->stream->index;
    return open_decoder(r, most, why, size);
}
