// Packets in, frames out.
#include "reader.h"

#include <string.h>

/// Hands the decoder one more packet, or tells it that there are no more.
static vr_status feed(vr_reader *r, char *why, size_t size) {
    char text[AV_ERROR_MAX_STRING_SIZE];
    r->stage = VR_STAGE_DEMUXING;
    const int error = av_read_frame(r->format, r->packet);
    r->stage = VR_STAGE_OTHER;
    if (r->is_torn || (error < 0 && error != AVERROR_EOF)) vr_note_hole(&r->damage);
    r->is_torn = 0;
    if (error < 0) {
        if (vr_cause(r, error, VR_END) == VR_NO_MEMORY) return vr_no_memory(why, size);
        if (r->input.system_error) return vr_fail(VR_UNREADABLE, why, size, "%s", strerror(r->input.system_error));
        if (error == AVERROR_EXIT)
            return vr_fail(VR_NOT_VIDEO, why, size, "%s", av_make_error_string(text, sizeof text, AVERROR_INVALIDDATA));
        r->is_draining = 1;
        r->stage = VR_STAGE_DECODING;
        avcodec_send_packet(r->decoder, NULL);
        r->stage = VR_STAGE_OTHER;
        return VR_OK;
    }
    if (r->packet->stream_index == r->stream->index) {
        vr_note_packet(&r->damage, r->packet);
        r->decoder->reordered_opaque = r->damage.serial;
        const int64_t time = r->packet->dts != AV_NOPTS_VALUE ? r->packet->dts : r->packet->pts;
        if (time != AV_NOPTS_VALUE && time >= r->last_time) r->last_time = time;
        r->stage = VR_STAGE_DECODING;
        const int sent = avcodec_send_packet(r->decoder, r->packet);
        r->stage = VR_STAGE_OTHER;
        if (sent == AVERROR(ENOMEM)) {
            av_packet_unref(r->packet);
            return vr_no_memory(why, size);
        }
        if (sent < 0 && sent != AVERROR(EAGAIN) && sent != AVERROR_EOF) vr_note_lost(&r->damage);
    }
    av_packet_unref(r->packet);
    return VR_OK;
}

vr_status vr_decode(vr_reader *r, char *why, size_t size) {
    for (;;) {
        r->stage = VR_STAGE_DECODING;
        const int error = avcodec_receive_frame(r->decoder, r->frame);
        r->stage = VR_STAGE_OTHER;
        if (error == 0) return VR_OK;
        if (error == AVERROR_EOF) return VR_END;
        if (error == AVERROR(ENOMEM)) return vr_no_memory(why, size);
        if (error != AVERROR(EAGAIN)) {
            vr_note_lost(&r->damage);
            // While it is emptied a broken decoder could fail for ever.
            if (r->is_draining && ++r->drain_errors > 1000) return VR_END;
            continue;
        }
        if (r->is_draining) return VR_END;
        const vr_status status = feed(r, why, size);
        if (status != VR_OK) return status;
    }
}
