#include "FFmpegWriter.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/cpu.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const int32_t vw_no_encoder = AVERROR_ENCODER_NOT_FOUND;

struct vw_writer {
    int file;
    AVFormatContext *format;
    AVIOContext *io;
    AVStream *stream;
    AVCodecContext *encoder;
    AVFrame *rgb, *frame;
    AVPacket *packet;
    struct SwsContext *scaler;
    int64_t count;
};

// ---- The file ----

#if LIBAVFORMAT_VERSION_MAJOR < 61
typedef uint8_t written_byte;
#else
typedef const uint8_t written_byte;
#endif

static int write_bytes(void *opaque, written_byte *bytes, int size) {
    const vw_writer *w = opaque;
    for (int done = 0; done < size;) {
        const ssize_t n = write(w->file, bytes + done, size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 ? AVERROR(errno) : AVERROR(EIO);
        done += n;
    }
    return size;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence) {
    const vw_writer *w = opaque;
    if (whence & AVSEEK_SIZE) return AVERROR(ENOSYS);
    const off_t place = lseek(w->file, offset, whence & ~AVSEEK_FORCE);
    return place < 0 ? AVERROR(errno) : place;
}

static int open_io(vw_writer *w) {
    const int size = 1 << 15;
    uint8_t *buffer = av_malloc(size);
    if (!buffer) return AVERROR(ENOMEM);
    w->io = avio_alloc_context(buffer, size, 1, w, NULL, write_bytes, seek_bytes);
    if (!w->io) {
        av_free(buffer);
        return AVERROR(ENOMEM);
    }
    w->format->pb = w->io;
    w->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    return 0;
}

// ---- Pictures ----

static struct SwsContext *make_scaler(const vw_options *o, enum AVPixelFormat to) {
    struct SwsContext *s = sws_alloc_context();
    if (!s) return NULL;
    av_opt_set_int(s, "srcw", o->width, 0);
    av_opt_set_int(s, "srch", o->height, 0);
    av_opt_set_int(s, "src_format", AV_PIX_FMT_RGB24, 0);
    av_opt_set_int(s, "dstw", o->width, 0);
    av_opt_set_int(s, "dsth", o->height, 0);
    av_opt_set_int(s, "dst_format", to, 0);
    av_opt_set_int(s, "sws_flags", SWS_BICUBIC, 0);
    // The program's scale filter says where the colours of 4:2:0 lie.
    if (to == AV_PIX_FMT_YUV420P) av_opt_set_int(s, "dst_v_chr_pos", 128, 0);
    if (sws_init_context(s, NULL, NULL) >= 0) return s;
    sws_freeContext(s);
    return NULL;
}

static AVFrame *make_frame(const vw_options *o, enum AVPixelFormat format) {
    AVFrame *f = av_frame_alloc();
    if (!f) return NULL;
    f->format = format, f->width = o->width, f->height = o->height;
    if (av_frame_get_buffer(f, 0) < 0) av_frame_free(&f);
    return f;
}

// ---- Encoding ----

static int open_encoder(vw_writer *w, const AVCodec *codec, const vw_options *o) {
    AVCodecContext *e = w->encoder;
    e->width = o->width, e->height = o->height;
    e->pix_fmt = w->frame->format;
    e->field_order = AV_FIELD_PROGRESSIVE;
    e->framerate = av_d2q(o->rate, 1001000);  // as the program reads a rate
    e->time_base = av_inv_q(e->framerate);
    e->thread_count = o->threads;
    // Both containers want the codec's header apart.
    e->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
    AVDictionary *settings = NULL;
    if (o->is_lossless) {
        e->level = 3, e->gop_size = 1, e->slices = 4;
        e->colorspace = AVCOL_SPC_RGB, e->color_range = AVCOL_RANGE_JPEG;
    } else {
        av_dict_set_int(&settings, "crf", o->rate_factor, 0);
        // x264's AVX-512 code reads memory that nobody wrote (Debian's 164): its bytes then depend on what the process did
        // before. Its AVX2 code does not, and gives the bytes that all others give.
        if (av_get_cpu_flags() & AV_CPU_FLAG_AVX512) av_dict_set(&settings, "x264-params", "asm=avx2", 0);
    }
    const int error = avcodec_open2(e, codec, &settings);
    av_dict_free(&settings);
    return error;
}

static int open_writer(vw_writer *w, const vw_options *o) {
    const enum AVPixelFormat pixels = o->is_lossless ? AV_PIX_FMT_BGR0 : AV_PIX_FMT_YUV420P;
    const AVCodec *codec = avcodec_find_encoder_by_name(o->encoder);
    if (!codec) return AVERROR_ENCODER_NOT_FOUND;
    int error = avformat_alloc_output_context2(&w->format, NULL, o->is_lossless ? "matroska" : "mp4", NULL);
    if (error < 0) return error;
    w->encoder = avcodec_alloc_context3(codec);
    w->stream = avformat_new_stream(w->format, NULL);
    w->packet = av_packet_alloc();
    w->rgb = make_frame(o, AV_PIX_FMT_RGB24);
    w->frame = make_frame(o, pixels);
    w->scaler = make_scaler(o, pixels);
    if (!w->encoder || !w->stream || !w->packet || !w->rgb || !w->frame || !w->scaler) return AVERROR(ENOMEM);
    error = open_encoder(w, codec, o);
    if (error < 0) return error;
    error = avcodec_parameters_from_context(w->stream->codecpar, w->encoder);
    if (error < 0) return error;
    w->stream->time_base = w->encoder->time_base;
    w->stream->avg_frame_rate = w->stream->r_frame_rate = w->encoder->framerate;
    av_dict_set(&w->stream->metadata, "encoder", o->is_lossless ? "Lavc ffv1" : "Lavc libx264", 0);
    w->format->flags |= AVFMT_FLAG_BITEXACT;
    error = open_io(w);
    return error < 0 ? error : avformat_write_header(w->format, NULL);
}

int32_t vw_open(int32_t file, const vw_options *options, vw_writer **out) {
    // Only what FFmpeg itself would print: who listens to its messages goes on hearing them.
    av_log_set_level(AV_LOG_QUIET);
    *out = NULL;
    vw_writer *w = calloc(1, sizeof *w);
    if (!w) return AVERROR(ENOMEM);
    w->file = file;
    const int error = open_writer(w, options);
    if (error < 0) vw_close(w);
    else *out = w;
    return error < 0 ? error : 0;
}

// Encodes a frame, or what is left when there is none, and writes what comes out.
static int encode(vw_writer *w, const AVFrame *frame) {
    int error = avcodec_send_frame(w->encoder, frame);
    while (error >= 0 && (error = avcodec_receive_packet(w->encoder, w->packet)) >= 0) {
        w->packet->duration = 1;
        av_packet_rescale_ts(w->packet, w->encoder->time_base, w->stream->time_base);
        w->packet->stream_index = w->stream->index;
        error = av_interleaved_write_frame(w->format, w->packet);
        if (w->io->error < 0) return w->io->error;
        if (error < 0) return error;
    }
    return error == AVERROR(EAGAIN) || error == AVERROR_EOF ? 0 : error;
}

int32_t vw_append(vw_writer *w, const uint8_t *rgb) {
    // The encoder's threads may still hold the last frame's buffer; then it is copied.
    const int error = av_frame_make_writable(w->frame);
    if (error < 0) return error;
    AVFrame *const f = w->rgb;
    const size_t line = 3 * (size_t)f->width;
    for (int y = 0; y < f->height; y++) memcpy(f->data[0] + (int64_t)y * f->linesize[0], rgb + y * line, line);
    const uint8_t *const *from = (const uint8_t *const *)f->data;
    sws_scale(w->scaler, from, f->linesize, 0, f->height, w->frame->data, w->frame->linesize);
    w->frame->pts = w->count++;
    return encode(w, w->frame);
}

int32_t vw_finish(vw_writer *w) {
    int error = encode(w, NULL);
    if (error >= 0) error = av_write_trailer(w->format);
    avio_flush(w->io);  // a full disk may show only now
    return w->io->error < 0 ? w->io->error : error < 0 ? error : 0;
}

void vw_close(vw_writer *w) {
    if (!w) return;
    avformat_free_context(w->format);
    if (w->io) av_freep(&w->io->buffer);
    avio_context_free(&w->io);
    avcodec_free_context(&w->encoder);
    av_packet_free(&w->packet);
    av_frame_free(&w->rgb);
    av_frame_free(&w->frame);
    sws_freeContext(w->scaler);
    free(w);
}

void vw_reason(int32_t error, char *text, size_t size) {
    if (av_strerror(error, text, size) < 0) snprintf(text, size, "error %d", error);
}

void vw_version(char *text, size_t size) {
    const unsigned v = avcodec_version();
    snprintf(text, size, "%u.%u.%u", AV_VERSION_MAJOR(v), AV_VERSION_MINOR(v), AV_VERSION_MICRO(v));
}
