/* The functions of torch that are called: those of its stable C ABI, found in the torch this process has loaded, and some of
 * its C++ ones whose arguments are plain. Nothing of torch is needed to build. */
#ifndef PYTHON_TORCH_SYMBOLS_H
#define PYTHON_TORCH_SYMBOLS_H

#include "python.h"
#include <stdint.h>

typedef void *torch_handle;
typedef uint64_t torch_value; /* an argument or result on the stack of a boxed kernel */
typedef void (*torch_kernel)(torch_value *stack, uint64_t num_args, uint64_t num_results);

typedef struct torch_symbols {
    /* Functions of the C ABI return 0 on success. */
    int32_t (*get_data)(torch_handle tensor, void **out_data);
    int32_t (*get_dim)(torch_handle tensor, int64_t *out_dim);
    int32_t (*get_sizes)(torch_handle tensor, int64_t **out_sizes);
    int32_t (*get_strides)(torch_handle tensor, int64_t **out_strides);
    int32_t (*get_dtype)(torch_handle tensor, int32_t *out_dtype);
    int32_t (*get_device_type)(torch_handle tensor, int32_t *out_type);
    int32_t (*get_device_index)(torch_handle tensor, int32_t *out_index);
    int32_t (*delete_tensor)(torch_handle tensor);
    int32_t (*empty_strided)(int64_t ndim, const int64_t *sizes, const int64_t *strides, int32_t dtype,
                             int32_t device_type, int32_t device_index, torch_handle *out_tensor);
    int32_t (*library_init)(const char *name, const char *key, const char *file, uint32_t line,
                            torch_handle *out_library);
    int32_t (*library_impl)(torch_handle library, const char *name, torch_kernel kernel);
    int32_t (*library_delete)(torch_handle library);
    int32_t (*call)(const char *name, const char *overload, torch_value *stack);
    int32_t (*string_c_str)(torch_handle string, const char **out_text);
    int32_t (*string_delete)(torch_handle string);
    int32_t (*list_size)(torch_handle list, size_t *out_size);
    int32_t (*list_get)(torch_handle list, size_t index, torch_value *out_item);
    int32_t (*list_delete)(torch_handle list);
    void (*set_included)(uint16_t key, _Bool on);
    void (*set_excluded)(uint16_t key, _Bool on);
    void (*fail)(const char *function, const char *file, uint32_t line, const char *message); /* throws c10::Error */
    /* The rest may be NULL. */
    const char *(*get_what)(void);                                      /* 2.13 */
    int32_t (*value_delete)(torch_value *value);                        /* 2.13; before, an optional is free()d */
    int32_t (*current_stream)(int32_t device_index, void **out_stream); /* of builds with CUDA or ROCm */
    PyObject *(*wrap)(torch_handle tensor);     /* as Python's object; the handle is to be deleted all the same */
    _Bool (*requires_grad)(const void *tensor); /* c10's, not a handle */
    int32_t gpu_type;                           /* DLPack's device type of what torch calls cuda */
} torch_symbols;

extern torch_symbols torch;

/* Looks for them in the torch that is loaded, at the first call. The name of the first that is missing, or NULL. */
const char *torch_symbols_load(void);

#endif
