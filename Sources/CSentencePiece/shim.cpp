#include "CSentencePiece.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <string_view>
#include <vector>

struct tb_sentencepiece {
    sentencepiece::SentencePieceProcessor processor;
};

extern "C" {

tb_sentencepiece *tb_sentencepiece_load(const uint8_t *bytes, size_t count, char *error, size_t error_size) {
    try {
        auto model = std::make_unique<tb_sentencepiece>();
        const auto status =
            model->processor.LoadFromSerializedProto(std::string_view(reinterpret_cast<const char *>(bytes), count));
        if (status.ok() && model->processor.GetPieceSize() > 0) return model.release();
        std::snprintf(error, error_size, "%s", status.ok() ? "it has no pieces" : status.error_message());
    } catch (const std::exception &e) {
        std::snprintf(error, error_size, "%s", e.what());
    } catch (...) {
        std::snprintf(error, error_size, "the library failed");
    }
    return nullptr;
}

void tb_sentencepiece_free(tb_sentencepiece *model) { delete model; }

int32_t tb_sentencepiece_count(const tb_sentencepiece *model) { return model->processor.GetPieceSize(); }

void tb_sentencepiece_special(const tb_sentencepiece *model, int32_t *pad, int32_t *end, int32_t *unknown) {
    *pad = model->processor.pad_id();
    *end = model->processor.eos_id();
    *unknown = model->processor.unk_id();
}

int64_t tb_sentencepiece_encode(const tb_sentencepiece *model, const char *text, size_t length, int32_t *ids,
                                size_t capacity) {
    try {
        std::vector<int> found;
        if (!model->processor.Encode(std::string_view(text, length), &found).ok()) return -1;
        std::copy_n(found.begin(), std::min(capacity, found.size()), ids);
        return static_cast<int64_t>(found.size());
    } catch (...) {
        return -1;
    }
}
}
