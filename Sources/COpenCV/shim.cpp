#include "COpenCV.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

namespace {

thread_local std::string last_error;

// Every entry point runs in here, so that no C++ exception unwinds into Swift.
template <class F>
ocv_status guarded(F &&body) noexcept {
    try {
        last_error.clear();
        return body();
    } catch (const std::exception &e) {
        last_error = e.what();
        return OCV_FAILED;
    } catch (...) {
        last_error = "unknown C++ exception";
        return OCV_FAILED;
    }
}

// Caller memory as a matrix: no copy, no ownership.
cv::Mat view(const void *data, int32_t width, int32_t height, int type) {
    return cv::Mat(height, width, type, const_cast<void *>(data));
}

// OpenCV reallocates an output of the wrong shape; the result would be lost.
ocv_status into(const cv::Mat &m, const void *expected) {
    if (m.data == expected) return OCV_OK;
    last_error = "the output buffer has the wrong size";
    return OCV_FAILED;
}

ocv_status copy_out(const void *data, size_t size, uint8_t **bytes) {
    *bytes = static_cast<uint8_t *>(std::malloc(std::max<size_t>(size, 1)));
    if (!*bytes) throw std::bad_alloc();
    std::memcpy(*bytes, data, size);
    return OCV_OK;
}

// Decoders report what they cannot read through return values; their chatter would only garble the terminal.
struct Quiet {
    Quiet() {
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
        setenv("OPENCV_LOG_LEVEL", "SILENT", 0);
    }
} quiet;

// Frames are taken and given back all the time: kept pages spare the kernel clearing them anew.
struct KeptPages {
    KeptPages() {
        mallopt(M_MMAP_THRESHOLD, 1 << 25);
        mallopt(M_TRIM_THRESHOLD, 1 << 27);
    }
} kept_pages;

ocv_status encode(const char *suffix, const std::vector<int> &settings, const uint8_t *rgb, int32_t width,
                  int32_t height, uint8_t **bytes, size_t *size) {
    *bytes = nullptr;
    return guarded([&] {
        cv::Mat bgr;
        cv::cvtColor(view(rgb, width, height, CV_8UC3), bgr, cv::COLOR_RGB2BGR);
        std::vector<uchar> encoded;
        if (!cv::imencode(suffix, bgr, encoded, settings)) return OCV_OPEN;
        *size = encoded.size();
        return copy_out(encoded.data(), encoded.size(), bytes);
    });
}

}  // namespace

extern "C" {

const char *ocv_last_error(void) { return last_error.c_str(); }
const char *ocv_version(void) { return CV_VERSION; }
void ocv_set_threads(int32_t n) { cv::setNumThreads(n); }

ocv_status ocv_resize8(const uint8_t *source, int32_t width, int32_t height, int32_t channels, uint8_t *target,
                       int32_t target_width, int32_t target_height, int32_t interpolation) {
    return guarded([&] {
        cv::Mat out = view(target, target_width, target_height, CV_8UC(channels));
        cv::resize(view(source, width, height, CV_8UC(channels)), out, out.size(), 0, 0, interpolation);
        return into(out, target);
    });
}

ocv_status ocv_resize32(const float *source, int32_t width, int32_t height, int32_t channels, float *target,
                        int32_t target_width, int32_t target_height, int32_t interpolation) {
    return guarded([&] {
        cv::Mat out = view(target, target_width, target_height, CV_32FC(channels));
        cv::resize(view(source, width, height, CV_32FC(channels)), out, out.size(), 0, 0, interpolation);
        return into(out, target);
    });
}

ocv_status ocv_resize64(const double *source, int32_t width, int32_t height, double *target, int32_t target_width,
                        int32_t target_height, int32_t interpolation) {
    return guarded([&] {
        cv::Mat out = view(target, target_width, target_height, CV_64F);
        cv::resize(view(source, width, height, CV_64F), out, out.size(), 0, 0, interpolation);
        return into(out, target);
    });
}

ocv_status ocv_canny(const uint8_t *rgb, int32_t width, int32_t height, int32_t gray, double low, double high,
                     uint8_t *edges) {
    return guarded([&] {
        cv::Mat out = view(edges, width, height, CV_8U), source = view(rgb, width, height, CV_8UC3), converted;
        if (gray) {
            cv::cvtColor(source, converted, cv::COLOR_RGB2GRAY);
            source = converted;
        }
        cv::Canny(source, out, low, high);
        return into(out, edges);
    });
}

ocv_status ocv_draw_text(uint8_t *rgb, int32_t width, int32_t height, const char *text, int32_t x, int32_t y, double scale) {
    return guarded([&] {
        cv::Mat picture = view(rgb, width, height, CV_8UC3);
        cv::putText(picture, text, cv::Point(x, y), cv::FONT_HERSHEY_SIMPLEX, scale, cv::Scalar(0, 0, 0), 1, cv::LINE_AA);
        return OCV_OK;
    });
}

ocv_status ocv_encode_jpeg(const uint8_t *rgb, int32_t width, int32_t height, int32_t quality, uint8_t **bytes,
                           size_t *size) {
    return encode(".jpg", {cv::IMWRITE_JPEG_QUALITY, quality}, rgb, width, height, bytes, size);
}

ocv_status ocv_encode_image(const char *suffix, const uint8_t *rgb, int32_t width, int32_t height, uint8_t **bytes,
                            size_t *size) {
    return encode(suffix, {}, rgb, width, height, bytes, size);
}

void ocv_free(void *bytes) { std::free(bytes); }

ocv_status ocv_read_image(const char *path, uint8_t **rgb, int32_t *width, int32_t *height) {
    *rgb = nullptr;
    return guarded([&] {
        cv::Mat image = cv::imread(path, cv::IMREAD_COLOR);
        if (image.empty()) return OCV_OPEN;
        cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
        *width = image.cols;
        *height = image.rows;
        return copy_out(image.data, image.total() * 3, rgb);
    });
}

}  // extern "C"
