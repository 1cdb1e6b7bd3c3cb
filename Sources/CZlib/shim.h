#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H
#include <zlib.h>
// The macro that Swift cannot import: raw deflate, as zip members are stored.
static inline int cz_inflate_init_raw(z_stream *stream) { return inflateInit2(stream, -15); }
#endif
