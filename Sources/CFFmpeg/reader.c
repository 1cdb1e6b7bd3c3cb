// The reader's door: open, next, close.
#include "reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

vr_status vr_fail(vr_status status, char *why, size_t size, const char *text, ...) {
    va_list arguments;
    va_start(arguments, text);
    vsnprintf(why, size, text, arguments);
    va_end(arguments);
    return status;
}

vr_status vr_no_memory(char *why, size_t size) { return vr_fail(VR_NO_MEMORY, why, size, "there is no memory left"); }

static vr_status open_reader(vr_reader *r, const char *path, int64_t most, vr_info *info, char *why, size_t size) {
    r->packet = av_packet_alloc();
    r->frame = av_frame_alloc();
    r->rgb = av_frame_alloc();
    if (!r->packet || !r->frame || !r->rgb) return vr_no_memory(why, size);
    vr_status status = vr_input_open(&r->input, path, why, size);
    if (status != VR_OK) return status;
    info->bytes = r->input.bytes;
    info->declared_bytes = vr_declared_end(&r->input);
    status = vr_open_container(r, most, info, why, size);
    if (status != VR_OK) return status;
    vr_count_samples(r, info);
    status = vr_decode(r, why, size);
    const char *line = vr_first_line(r);
    if (status == VR_END && strstr(line, "max pixel count"))
        return vr_fail(VR_TOO_LARGE, why, size, "its pictures are too large (%s)", line);
    if (status == VR_END)
        return vr_fail(VR_NO_PICTURES, why, size, "none of its pictures decodes%s%s", r->said ? "; " : "", line);
    if (status != VR_OK) return status;
    r->is_held = 1;
    vr_find_facts(r, info);
    return VR_OK;
}

vr_status vr_open(const char *path, int64_t most, vr_reader **out, vr_info *info, char *why, size_t size) {
    *out = NULL;
    memset(info, 0, sizeof *info);
    vr_reader *r = calloc(1, sizeof *r);
    if (!r) return vr_no_memory(why, size);
    r->input.fd = -1;
    vr_listen(r);
    const vr_status status = open_reader(r, path, most, info, why, size);
    vr_listen(NULL);
    if (status == VR_OK) *out = r;
    else vr_close(r);
    return status;
}

/// What is known when there are no more pictures.
static void sum_up(vr_reader *r, vr_picture *picture) {
    picture->lost = vr_take_lost(&r->damage, AV_NOPTS_VALUE) + r->damage.lost_unplaced;
    picture->damage = r->damage.hole ? VR_HOLE : 0;
    // AVI's times are numbers of chunks, also of those without bytes.
    const int is_avi = !strcmp(r->format->iformat->name, "avi");
    const int64_t missing = r->samples - (is_avi ? r->last_time + 1 : r->count + r->damage.lost_total);
    if (r->samples > 0 && missing > 0) picture->missing = missing;
}

vr_status vr_next(vr_reader *r, uint8_t *rgb, vr_picture *picture, char *why, size_t size) {
    memset(picture, 0, sizeof *picture);
    picture->index = r->count;
    vr_listen(r);
    vr_status status = r->is_held ? VR_OK : vr_decode(r, why, size);
    r->is_held = 0;
    if (status == VR_OK) {
        const AVFrame *f = r->frame;
        picture->width = f->width;
        picture->height = f->height;
        picture->scaled = f->width != r->width || f->height != r->height;
        vr_judge(r, picture);
        picture->lost = vr_take_lost(&r->damage, f->best_effort_timestamp);
        status = vr_convert(r, rgb, why, size);
        if (status == VR_OK) r->count++;
    } else if (status == VR_END) {
        sum_up(r, picture);
        if (r->input.system_error) status = vr_fail(VR_UNREADABLE, why, size, "%s", strerror(r->input.system_error));
    }
    vr_listen(NULL);
    return status;
}

void vr_close(vr_reader *r) {
    if (!r) return;
    vr_listen(r);
    avcodec_free_context(&r->decoder);
    avformat_close_input(&r->format);  // leaves the input to us
    vr_input_close(&r->input);
    av_packet_free(&r->packet);
    av_frame_free(&r->frame);
    av_frame_free(&r->rgb);
    sws_freeContext(r->scaler);
    vr_listen(NULL);
    free(r);
}

const char *vr_libraries(void) {
    static _Thread_local char text[160];
    const unsigned format = avformat_version(), codec = avcodec_version(), scale = swscale_version();
    snprintf(text, sizeof text, "libavformat %u.%u.%u, libavcodec %u.%u.%u, libswscale %u.%u.%u",
             AV_VERSION_MAJOR(format), AV_VERSION_MINOR(format), AV_VERSION_MICRO(format), AV_VERSION_MAJOR(codec),
             AV_VERSION_MINOR(codec), AV_VERSION_MICRO(codec), AV_VERSION_MAJOR(scale), AV_VERSION_MINOR(scale),
             AV_VERSION_MICRO(scale));
    return text;
}
