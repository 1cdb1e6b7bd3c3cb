#pragma once
#include <stddef.h>
#include <stdint.h>

// A thin door to ONNX Runtime, found when the program runs: nothing of it is needed to build.
// Functions return 0, or an ort_status with its sentence in the buffer `why` of ORT_WHY bytes.

#define ORT_WHY 1024
#define ORT_MOST_RANK 8

typedef enum {
    ORT_OK = 0,
    ORT_NO_LIBRARY,   // the file cannot be loaded, or is not ONNX Runtime
    ORT_TOO_OLD,      // it lacks the interface of version 11
    ORT_NO_PROVIDER,  // it was built without the device's provider, or the provider does not start
    ORT_REFUSED,      // ONNX Runtime says no: `why` has its words
} ort_status;

// ONNX Runtime's own numbers of element types.
typedef enum {
    ORT_FLOAT32 = 1, ORT_UINT8 = 2, ORT_INT32 = 6, ORT_INT64 = 7, ORT_BOOL = 9, ORT_FLOAT16 = 10,
} ort_element;

typedef struct ort_library ort_library;
typedef struct ort_session ort_session;
typedef struct ort_result ort_result;

typedef struct {
    int element;                    // an ort_element, or another number of ONNX Runtime's
    size_t rank;                    // may exceed ORT_MOST_RANK: then `shape` holds the first dimensions
    int64_t shape[ORT_MOST_RANK];   // -1 for any size
} ort_shape;

typedef struct {
    const void *data;
    size_t bytes;
    ort_shape shape;
} ort_tensor;

ort_status ort_library_open(const char *path, ort_library **library, char *why);
void ort_library_close(ort_library *library);
const char *ort_library_version(const ort_library *library);
int ort_library_has_cuda(const ort_library *library);

ort_status ort_session_open(
    const ort_library *library, const char *model, int threads, int cuda, ort_session **session, char *why);
void ort_session_close(ort_session *session);
size_t ort_session_inputs(const ort_session *session);
size_t ort_session_outputs(const ort_session *session);
const char *ort_session_input(const ort_session *session, size_t index, ort_shape *shape);
const char *ort_session_output(const ort_session *session, size_t index, ort_shape *shape);

// Runs the network on all its inputs, in the order of ort_session_input, for the outputs with the given numbers.
ort_status ort_session_run(
    const ort_session *session, const ort_tensor *inputs, const size_t *outputs, size_t output_count,
    ort_result **result, char *why);
// The data is valid until the result is released.
ort_status ort_result_tensor(const ort_result *result, size_t index, ort_tensor *tensor, char *why);
void ort_result_release(ort_result *result);
