// Which pictures are damaged or missing, by the decoder's flags and by what the libraries print.
#include "reader.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static _Thread_local vr_reader *listening;  // whose call runs on this thread

static void hear(void *context, int level, const char *text, va_list arguments) {
    vr_reader *r = listening;
    if (level > AV_LOG_ERROR || !r) return;
    if (r->said++ == 0) {
        // FFmpeg's own prefix holds an address, which no report should.
        const AVClass *class = context ? *(const AVClass **)context : NULL;
        if (class) snprintf(r->line, 40, "%s: ", class->item_name(context));
        const size_t used = strlen(r->line);
        vsnprintf(r->line + used, sizeof r->line - used, text, arguments);
        r->line[strcspn(r->line, "\r\n")] = 0;
    }
    if (r->stage == VR_STAGE_DEMUXING) r->is_torn = 1;
    // With one thread the packet sent last is the one that the decoder complains of.
    if (r->stage == VR_STAGE_DECODING && r->damage.serial > 0) vr_note_damage(&r->damage, r->damage.serial);
}

static void take_log(void) { av_log_set_callback(hear); }

void vr_listen(vr_reader *r) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;  // FFmpeg has one log function a process
    pthread_once(&once, take_log);
    listening = r;
}

const char *vr_first_line(const vr_reader *r) { return r->line; }

void vr_note_damage(vr_damage *d, int64_t serial) {
    if (d->damaged_count == 0 || d->damaged[(d->damaged_count - 1) % VR_RING] != serial)
        d->damaged[d->damaged_count++ % VR_RING] = serial;
}

void vr_note_packet(vr_damage *d, const AVPacket *packet) {
    d->serial += 2;
    d->times[d->serial / 2 % VR_RING] = packet->pts;
    if (packet->flags & AV_PKT_FLAG_KEY) {
        d->keys[d->key_count % VR_RING] = d->serial;
        d->key_times[d->key_count++ % VR_RING] = packet->pts;
    }
    if (packet->flags & AV_PKT_FLAG_CORRUPT) vr_note_damage(d, d->serial);
}

void vr_note_hole(vr_damage *d) { vr_note_damage(d, d->hole = d->serial + 1); }

void vr_note_lost(vr_damage *d) {
    const int64_t serial = d->serial < 2 ? 2 : d->serial;
    vr_note_damage(d, serial);
    d->lost_total++;
    if (d->lost_count < VR_LOST) d->lost_times[d->lost_count++] = d->times[serial / 2 % VR_RING];
    else d->lost_unplaced++;
}

int vr_take_lost(vr_damage *d, int64_t before) {
    int taken = 0, kept = 0;
    for (int i = 0; i < d->lost_count; i++)
        if (before == AV_NOPTS_VALUE || d->lost_times[i] == AV_NOPTS_VALUE || d->lost_times[i] < before) taken++;
        else d->lost_times[kept++] = d->lost_times[i];
    d->lost_count = kept;
    return taken;
}

/// The key packet that a frame builds on. Frames that are shown before it may build on the one before.
static int64_t key_before(const vr_damage *d, int64_t serial, int64_t time) {
    for (int64_t i = d->key_count; i-- > 0 && i + VR_RING > d->key_count;)
        if (d->keys[i % VR_RING] <= serial && (time == AV_NOPTS_VALUE || d->key_times[i % VR_RING] <= time))
            return d->keys[i % VR_RING];
    return 0;
}

void vr_judge(vr_reader *r, vr_picture *p) {
    vr_damage *d = &r->damage;
    const AVFrame *f = r->frame;
    const int64_t serial = f->reordered_opaque;
    const int invalid = FF_DECODE_ERROR_INVALID_BITSTREAM | FF_DECODE_ERROR_DECODE_SLICES;
    if (f->decode_error_flags & invalid || f->flags & AV_FRAME_FLAG_CORRUPT) p->damage |= VR_BITS;
    if (f->decode_error_flags & FF_DECODE_ERROR_MISSING_REFERENCE) p->damage |= VR_REFERENCE;
    if (f->decode_error_flags & FF_DECODE_ERROR_CONCEALMENT_ACTIVE) p->damage |= VR_CONCEALED;
    if (p->damage) vr_note_damage(d, serial);
    const int64_t key = key_before(d, serial, f->pts);
    for (int64_t i = d->damaged_count; i-- > 0 && i + VR_RING > d->damaged_count;) {
        const int64_t damaged = d->damaged[i % VR_RING];
        if (damaged == serial && !p->damage) p->damage |= VR_SAID;
        if (damaged < serial && damaged >= key) p->damage |= VR_AFTER;
    }
    if (d->hole && serial > d->hole) p->damage |= VR_HOLE, d->hole = 0;
    p->since = p->index;
    if (p->damage & ~(uint32_t)VR_AFTER)
        for (int64_t i = 0; i < VR_RECENT && i < p->index; i++)
            if (d->recent[(p->index - 1 - i) % VR_RECENT] > serial) p->since = p->index - 1 - i;
    d->recent[p->index % VR_RECENT] = serial;
}
