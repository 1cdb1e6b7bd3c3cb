// A file's bytes for FFmpeg: no name reaches the libraries, so none is taken for a protocol, a pattern or a playlist.
#define _GNU_SOURCE
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 16 };

static int read_bytes(void *opaque, uint8_t *to, int size) {
    vr_input *in = opaque;
    if (in->allowance <= 0) return AVERROR_EXIT;
    ssize_t n;
    do n = pread(in->fd, to, (size_t)size, in->position);
    while (n < 0 && errno == EINTR);
    if (n < 0) return in->system_error = errno, AVERROR(errno);
    in->position += n;
    in->allowance -= n + 1;
    return n ? (int)n : AVERROR_EOF;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence) {
    vr_input *in = opaque;
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE) return in->bytes;
    const int64_t base = whence == SEEK_CUR ? in->position : whence == SEEK_END ? in->bytes : 0;
    if (offset > INT64_MAX - base || base + offset < 0) return AVERROR(EINVAL);
    return in->position = base + offset;
}

vr_status vr_input_open(vr_input *in, const char *path, char *why, size_t size) {
    struct stat facts;
    in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe without a writer would block for ever
    if (in->fd < 0 || fstat(in->fd, &facts)) return vr_fail(VR_UNREADABLE, why, size, "%s", strerror(errno));
    if (!S_ISREG(facts.st_mode)) return vr_fail(VR_UNREADABLE, why, size, "it is no regular file");
    in->bytes = facts.st_size;
    in->allowance = (1LL << 30) + (in->bytes < INT64_MAX >> 9 ? in->bytes << 8 : 0);
    uint8_t *buffer = av_malloc(BUFFER);
    in->io = buffer ? avio_alloc_context(buffer, BUFFER, 0, in, read_bytes, NULL, seek_bytes) : NULL;
    if (in->io) return VR_OK;
    av_free(buffer);
    return vr_no_memory(why, size);
}

void vr_input_close(vr_input *in) {
    if (in->io) av_freep(&in->io->buffer);
    avio_context_free(&in->io);
    if (in->fd >= 0) close(in->fd);
    in->fd = -1;
}

static uint64_t big_endian(const uint8_t *b, int count) {
    uint64_t value = 0;
    for (int i = 0; i < count; i++) value = value << 8 | b[i];
    return value;
}

/// Boxes of MP4, RIFF chunks of AVI, from the start on; -1 when the file is neither.
static int64_t end_of_boxes(const vr_input *in) {
    int64_t at = 0, end = 0;
    uint8_t b[16];
    for (int parts = 0; parts < 1 << 16; parts++) {
        const ssize_t n = pread(in->fd, b, sizeof b, at);
        if (n < 8) return n > 0 && end ? at + 8 : end;  // a header that is cut is a box that is cut
        uint64_t size;
        if (!memcmp(b, "RIFF", 4)) {
            size = (b[4] | b[5] << 8 | b[6] << 16 | (uint64_t)b[7] << 24) + 8;
            size += size & 1;
            if (size <= 8) return 0;  // never completed by its writer
        } else {
            if (at == 0 && memcmp(b + 4, "ftyp", 4)) return -1;
            size = big_endian(b, 4);
            if (size == 1 && n >= 16) size = big_endian(b + 8, 8);
            else if (size == 0) return end;  // "to the end of the file"
            for (int i = 4; i < 8; i++)
                if (b[i] < 32) return end;  // no box: what follows the video does not matter
            if (size < 8) return end;
        }
        if (size > (uint64_t)(INT64_MAX - at)) return end;
        end = at += (int64_t)size;
        if (at >= in->bytes) return end;
    }
    return end;
}

/// The header and the first segment of Matroska; 0 when the file is none, or its writer left the size open.
static int64_t end_of_segment(const vr_input *in) {
    int64_t at = 0;
    uint8_t b[16];
    for (int part = 0; part < 2; part++) {
        if (pread(in->fd, b, sizeof b, at) < 12) return 0;
        if (part == 0 && memcmp(b, "\x1a\x45\xdf\xa3", 4)) return 0;
        int length = 1;
        while (length <= 8 && !(b[4] & 0x80 >> (length - 1))) length++;
        if (length > 8) return 0;
        uint64_t size = b[4] & (0xff >> length), unknown = 0xff >> length;
        for (int i = 1; i < length; i++) size = size << 8 | b[4 + i], unknown = unknown << 8 | 0xff;
        if (size == unknown || size > (uint64_t)(INT64_MAX - at - 12)) return 0;
        at += 4 + length + (int64_t)size;
        if (part == 0 && at > 4096) return 0;
    }
    return at;
}

int64_t vr_declared_end(const vr_input *in) {
    const int64_t end = end_of_boxes(in);
    return end >= 0 ? end : end_of_segment(in);
}
