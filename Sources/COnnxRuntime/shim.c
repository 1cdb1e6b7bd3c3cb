#define _GNU_SOURCE
#include "COnnxRuntime.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Positions in ONNX Runtime's table of functions, to which new versions only append.
enum {
    GET_ERROR_MESSAGE = 2, CREATE_ENV = 3, CREATE_SESSION = 7, RUN = 9, CREATE_SESSION_OPTIONS = 10,
    DISABLE_MEMORY_PATTERN = 17, SET_LOG_SEVERITY = 22, SET_OPTIMIZATION = 23, SET_INTRA_THREADS = 24, SET_INTER_THREADS = 25,
    INPUT_COUNT = 30, OUTPUT_COUNT = 31, INPUT_TYPE = 33, OUTPUT_TYPE = 34, INPUT_NAME = 36, OUTPUT_NAME = 37,
    TENSOR_WITH_DATA = 49, IS_TENSOR = 50, TENSOR_DATA = 51, CAST_TO_TENSOR_INFO = 55, ELEMENT_TYPE = 60,
    RANK = 61, DIMENSIONS = 62, ELEMENT_COUNT = 64, TYPE_AND_SHAPE = 65, CPU_MEMORY = 69, ALLOCATOR_FREE = 76,
    DEFAULT_ALLOCATOR = 78, RELEASE_ENV = 92, RELEASE_STATUS = 93, RELEASE_MEMORY = 94, RELEASE_SESSION = 95,
    RELEASE_VALUE = 96, RELEASE_TYPE = 98, RELEASE_SHAPE = 99, RELEASE_SESSION_OPTIONS = 100,
    ADD_SESSION_CONFIG = 130,
};
enum { API_VERSION = 11, LEVEL_ERROR = 3, LEVEL_FATAL = 4, ARENA_ALLOCATOR = 0, DEFAULT_MEMORY = 0, ALL_OPTIMIZATIONS = 99 };

typedef struct {
    const void *const *(*get_api)(uint32_t);
    const char *(*get_version)(void);
} api_base;

struct ort_library {
    void *handle;
    const api_base *base;
    const void *const *api;
    void *env;
};

struct ort_session {
    const ort_library *library;
    void *session;
    size_t inputs, outputs;
    char **names;       // inputs, then outputs
    ort_shape *shapes;  // likewise
};

struct ort_result {
    const ort_library *library;
    size_t count;
    void *values[];
};

// Calls the function at a position, which returns a status.
#define CALL(library, slot, types, ...) failed((library), ((void *(*) types)(library)->api[slot])(__VA_ARGS__), why)
#define RELEASE(library, slot, pointer) \
    do { if (pointer) ((void (*)(void *))(library)->api[slot])(pointer); } while (0)

static void say(char *why, const char *text) { snprintf(why, ORT_WHY, "%s", text ? text : "no reason given"); }

static int failed(const ort_library *library, void *status, char *why) {
    if (!status) return 0;
    say(why, ((const char *(*)(void *))library->api[GET_ERROR_MESSAGE])(status));
    RELEASE(library, RELEASE_STATUS, status);
    return 1;
}

ort_status ort_library_open(const char *path, ort_library **out, char *why) {
    // Some builds keep records of their use unless told not to.
    setenv("ORT_DISABLE_TELEMETRY", "1", 0);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        say(why, dlerror());
        return ORT_NO_LIBRARY;
    }
    const api_base *(*get_base)(void) = (const api_base *(*)(void))dlsym(handle, "OrtGetApiBase");
    const api_base *base = get_base ? get_base() : NULL;
    if (!base) {
        say(why, "it is not ONNX Runtime");
        dlclose(handle);
        return ORT_NO_LIBRARY;
    }
    const void *const *api = base->get_api(API_VERSION);
    if (!api) {
        say(why, base->get_version());
        dlclose(handle);
        return ORT_TOO_OLD;
    }
    ort_library *library = calloc(1, sizeof *library);
    *library = (ort_library){handle, base, api, NULL};
    if (CALL(library, CREATE_ENV, (int, const char *, void **), LEVEL_FATAL, "transferbench", &library->env)) {
        ort_library_close(library);
        return ORT_REFUSED;
    }
    *out = library;
    return ORT_OK;
}

void ort_library_close(ort_library *library) {
    if (!library) return;
    RELEASE(library, RELEASE_ENV, library->env);
    // The library stays in memory: its threads' destructors run when the process ends.
    free(library);
}

const char *ort_library_version(const ort_library *library) { return library->base->get_version(); }

typedef void *(*append_cuda)(void *options, int device);
static append_cuda cuda_provider(const ort_library *library) {
    return (append_cuda)dlsym(library->handle, "OrtSessionOptionsAppendExecutionProvider_CUDA");
}

int ort_library_has_cuda(const ort_library *library) { return cuda_provider(library) != NULL; }

static int read_shape(const ort_library *library, void *info, ort_shape *shape, char *why) {
    if (CALL(library, ELEMENT_TYPE, (void *, int *), info, &shape->element)) return 1;
    if (CALL(library, RANK, (void *, size_t *), info, &shape->rank)) return 1;
    size_t kept = shape->rank < ORT_MOST_RANK ? shape->rank : ORT_MOST_RANK;
    return CALL(library, DIMENSIONS, (void *, int64_t *, size_t), info, shape->shape, kept);
}

static int read_ports(ort_session *s, char *why) {
    const ort_library *library = s->library;
    if (CALL(library, INPUT_COUNT, (void *, size_t *), s->session, &s->inputs)) return 1;
    if (CALL(library, OUTPUT_COUNT, (void *, size_t *), s->session, &s->outputs)) return 1;
    size_t count = s->inputs + s->outputs;
    s->names = calloc(count + 1, sizeof *s->names);
    s->shapes = calloc(count + 1, sizeof *s->shapes);
    void *allocator = NULL;
    if (CALL(library, DEFAULT_ALLOCATOR, (void **), &allocator)) return 1;
    for (size_t i = 0; i < count; i++) {
        int is_input = i < s->inputs;
        size_t at = is_input ? i : i - s->inputs;
        char *name = NULL;
        if (CALL(library, is_input ? INPUT_NAME : OUTPUT_NAME, (void *, size_t, void *, char **), s->session, at,
                 allocator, &name)) return 1;
        s->names[i] = strdup(name);
        if (CALL(library, ALLOCATOR_FREE, (void *, void *), allocator, name)) return 1;
        void *type = NULL, *info = NULL;
        if (CALL(library, is_input ? INPUT_TYPE : OUTPUT_TYPE, (void *, size_t, void **), s->session, at, &type))
            return 1;
        int bad = CALL(library, CAST_TO_TENSOR_INFO, (void *, void **), type, &info);
        if (!bad && info) bad = read_shape(library, info, &s->shapes[i], why);  // no info: not a tensor, element 0
        RELEASE(library, RELEASE_TYPE, type);
        if (bad) return 1;
    }
    return 0;
}

ort_status ort_session_open(
    const ort_library *library, const char *model, int threads, int cuda, ort_session **out, char *why) {
    void *options = NULL;
    ort_session *session = NULL;
    ort_status status = ORT_REFUSED;
    if (CALL(library, CREATE_SESSION_OPTIONS, (void **), &options)) return ORT_REFUSED;
    if (CALL(library, SET_LOG_SEVERITY, (void *, int), options, LEVEL_FATAL)) goto end;
    // Planning one block for all activations takes up to twice the memory, and time is the same.
    if (CALL(library, DISABLE_MEMORY_PATTERN, (void *), options)) goto end;
    if (CALL(library, SET_INTRA_THREADS, (void *, int), options, threads)) goto end;
    if (CALL(library, SET_INTER_THREADS, (void *, int), options, 1)) goto end;
    if (CALL(library, SET_OPTIMIZATION, (void *, int), options, ALL_OPTIMIZATIONS)) goto end;
    // Threads that wait by spinning take the processor from whoever has work for it: a busy neighbour, or our own decoder.
    if (CALL(library, ADD_SESSION_CONFIG, (void *, const char *, const char *), options, "session.intra_op.allow_spinning", "0"))
        goto end;
    if (CALL(library, ADD_SESSION_CONFIG, (void *, const char *, const char *), options, "session.inter_op.allow_spinning", "0"))
        goto end;
    if (cuda) {
        append_cuda append = cuda_provider(library);
        if (!append) say(why, "it was built without CUDA");
        if (!append || failed(library, append(options, 0), why)) {
            status = ORT_NO_PROVIDER;
            goto end;
        }
    }
    session = calloc(1, sizeof *session);
    session->library = library;
    if (CALL(library, CREATE_SESSION, (void *, const char *, void *, void **), library->env, model, options,
             &session->session)) goto end;
    if (read_ports(session, why)) goto end;
    status = ORT_OK;
    *out = session;
end:
    RELEASE(library, RELEASE_SESSION_OPTIONS, options);
    if (status != ORT_OK) ort_session_close(session);
    return status;
}

void ort_session_close(ort_session *session) {
    if (!session) return;
    for (size_t i = 0; session->names && i < session->inputs + session->outputs; i++) free(session->names[i]);
    free(session->names);
    free(session->shapes);
    RELEASE(session->library, RELEASE_SESSION, session->session);
    free(session);
}

size_t ort_session_inputs(const ort_session *session) { return session->inputs; }
size_t ort_session_outputs(const ort_session *session) { return session->outputs; }

const char *ort_session_input(const ort_session *session, size_t index, ort_shape *shape) {
    *shape = session->shapes[index];
    return session->names[index];
}

const char *ort_session_output(const ort_session *session, size_t index, ort_shape *shape) {
    return ort_session_input(session, session->inputs + index, shape);
}

ort_status ort_session_run(
    const ort_session *session, const ort_tensor *inputs, const size_t *outputs, size_t output_count,
    ort_result **out, char *why) {
    const ort_library *library = session->library;
    void *memory = NULL;
    void **values = calloc(session->inputs + 1, sizeof *values);
    const char **names = calloc(output_count + 1, sizeof *names);
    ort_result *result = calloc(1, sizeof *result + output_count * sizeof(void *));
    result->library = library;
    result->count = output_count;
    int bad = CALL(library, CPU_MEMORY, (int, int, void **), ARENA_ALLOCATOR, DEFAULT_MEMORY, &memory);
    for (size_t i = 0; !bad && i < session->inputs; i++) {
        const ort_tensor *t = &inputs[i];
        bad = CALL(library, TENSOR_WITH_DATA, (void *, const void *, size_t, const int64_t *, size_t, int, void **),
                   memory, t->data, t->bytes, t->shape.shape, t->shape.rank, t->shape.element, &values[i]);
    }
    for (size_t i = 0; i < output_count; i++) names[i] = session->names[session->inputs + outputs[i]];
    if (!bad) bad = CALL(library, RUN, (void *, void *, char *const *, void *const *, size_t, const char *const *, size_t, void **),
                         session->session, NULL, session->names, values, session->inputs, names, output_count,
                         result->values);
    for (size_t i = 0; i < session->inputs; i++) RELEASE(library, RELEASE_VALUE, values[i]);
    RELEASE(library, RELEASE_MEMORY, memory);
    free(values);
    free(names);
    if (bad) ort_result_release(result);
    else *out = result;
    return bad ? ORT_REFUSED : ORT_OK;
}

ort_status ort_result_tensor(const ort_result *result, size_t index, ort_tensor *tensor, char *why) {
    const ort_library *library = result->library;
    void *value = result->values[index], *info = NULL;
    int is_tensor = 0;
    size_t count = 0;
    if (CALL(library, IS_TENSOR, (void *, int *), value, &is_tensor)) return ORT_REFUSED;
    if (!is_tensor) {
        say(why, "an output is no tensor");
        return ORT_REFUSED;
    }
    if (CALL(library, TYPE_AND_SHAPE, (void *, void **), value, &info)) return ORT_REFUSED;
    int bad = read_shape(library, info, &tensor->shape, why)
        || CALL(library, ELEMENT_COUNT, (void *, size_t *), info, &count)
        || CALL(library, TENSOR_DATA, (void *, const void **), value, &tensor->data);
    RELEASE(library, RELEASE_SHAPE, info);
    size_t width = tensor->shape.element == ORT_FLOAT32 || tensor->shape.element == ORT_INT32 ? 4
        : tensor->shape.element == ORT_INT64 ? 8 : tensor->shape.element == ORT_FLOAT16 ? 2 : 1;
    tensor->bytes = count * width;
    return bad ? ORT_REFUSED : ORT_OK;
}

void ort_result_release(ort_result *result) {
    if (!result) return;
    for (size_t i = 0; i < result->count; i++) RELEASE(result->library, RELEASE_VALUE, result->values[i]);
    free(result);
}
