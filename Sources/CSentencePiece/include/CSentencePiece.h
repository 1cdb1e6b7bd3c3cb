// The SentencePiece library behind a C header. No exception crosses it.
#ifndef CSENTENCEPIECE_H
#define CSENTENCEPIECE_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

typedef struct tb_sentencepiece tb_sentencepiece;

/// A model from the bytes of its file; null with a reason in `error` when they are no model.
tb_sentencepiece *_Nullable tb_sentencepiece_load(const uint8_t *bytes, size_t count, char *error, size_t error_size);
void tb_sentencepiece_free(tb_sentencepiece *model);
/// Number of pieces.
int32_t tb_sentencepiece_count(const tb_sentencepiece *model);
/// The ids of padding, end of text and unknown pieces; -1 for one that the model does not have.
void tb_sentencepiece_special(const tb_sentencepiece *model, int32_t *pad, int32_t *end, int32_t *unknown);
/// Number of pieces that UTF-8 text splits into, of which the first `capacity` are written to `ids`; -1 when the library
/// fails.
int64_t tb_sentencepiece_encode(const tb_sentencepiece *model, const char *text, size_t length, int32_t *ids,
                                size_t capacity);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#ifdef __cplusplus
}
#endif
#endif
