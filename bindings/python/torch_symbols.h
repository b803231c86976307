/* The functions of torch that are called: those of its stable C ABI, found in the torch this process has loaded, and some of
 * its C++ ones, whose arguments are plain or lie in memory that is described here. Nothing of torch is needed to build. */
#ifndef PYTHON_TORCH_SYMBOLS_H
#define PYTHON_TORCH_SYMBOLS_H

#include "python.h"
#include <stdint.h>

typedef void *torch_handle;
typedef struct torch_stack torch_stack;
/* A boxed kernel. `keys` are those of torch's dispatcher that the call has. */
typedef void (*torch_function)(void *self, const void *op, uint64_t keys, torch_stack *stack);

/* A kernel for unboxed calls, with as much as registers hold of what C++ passes; see torch_unboxed.h. */
typedef void *(*torch_unboxed)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);

/* The beginning of torch's own: a kernel for boxed calls, and one for unboxed ones, which may be NULL. */
typedef struct torch_kernel {
    void *self;
    torch_function call;
    torch_unboxed unboxed;
    void *symbolic; /* the same for sizes that are symbols */
} torch_kernel;

/* What C++ functions take and give: a run of integers, and a tensor, which they write to where the caller says, as C's do with what is
 * that large. */
typedef struct torch_sizes {
    const int64_t *data;
    size_t count;
} torch_sizes;
typedef struct torch_made {
    void *tensor, *unused[3];
} torch_made;

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
    int32_t (*library_delete)(torch_handle library);
    void (*set_included)(uint16_t key, _Bool on);
    void (*set_excluded)(uint16_t key, _Bool on);
    void (*fail)(const char *function, const char *file, uint32_t line, const char *message); /* throws c10::Error */
    /* For kernels that read torch's stack; see torch_symbols_read_stacks(). */
    int32_t (*new_tensor)(torch_handle *out_none);
    int32_t (*assign_tensor)(torch_handle from, torch_handle to);
    int32_t (*delete_item)(void *item);
    void *(*allocate)(size_t bytes); /* C++'s new */
    void (*make_function)(void *function, const torch_kernel *kernel, void *, void *, void *const *schema);
    void (*free_function)(void *function);
    void *(*register_function)(torch_handle library, const char *name, void *function, int32_t verify);
    void *(*dispatcher)(void);
    void *(*find_operator)(void **out_operator, void *dispatcher, const char *name, const char *overload);
    _Bool (*has_kernel)(const void *op, uint16_t key);
    const torch_kernel *(*find_kernel)(const void *op, uint16_t key);
    void (*refuse)(const void *op, uint16_t key); /* throws: there is no kernel */
    /* The rest may be NULL. */
    torch_made (*empty_on_host)(torch_sizes sizes, torch_sizes strides, int8_t dtype, _Bool pinned); /* may throw */
    const char *(*get_what)(void);                                                                   /* 2.13 */
    int32_t (*current_stream)(int32_t device_index, void **out_stream); /* of builds with CUDA or ROCm */
    PyObject *(*wrap)(torch_handle tensor);     /* as Python's object; the handle is to be deleted all the same */
    int8_t (*default_dtype)(void);              /* torch.get_default_dtype(), by its number */
    _Bool (*requires_grad)(const void *tensor); /* c10's, not a handle */
    /* These take a word that holds c10's tensor. */
    _Bool (*is_conj)(void *const *word);
    _Bool (*is_neg)(void *const *word);
    _Bool (*is_inference)(void *const *word);
    void (*count_write)(void *const *word);
    void *const *(*tangent)(const void *tensor, uint64_t level, void *const *word);
    const void *undefined; /* what a word holds where there is none */
    int32_t gpu_type;      /* DLPack's device type of what torch calls cuda */
    void *no_tensor;       /* what stands for none, and the tag of a tensor: learned; see torch_stack.h */
    uint32_t tensor_tag;
} torch_symbols;

extern torch_symbols torch;

/* Looks for them in the torch that is loaded, at the first call. The name of the first that is missing, or NULL. */
const char *torch_symbols_load(void);

/* A function of its library for CPUs, or NULL. */
void *torch_symbols_find(const char *name);
/* Whether it is code of that library. */
int torch_symbols_is_code(const void *address);

/* Whether it has all that kernels which read its stack need. */
int torch_symbols_read_stacks(void);

#endif
