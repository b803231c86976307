#include "torch_symbols.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include "expops/tensor.h"

torch_symbols torch;

static const struct {
    size_t offset;
    const char *library, *name;
    int optional;
} wanted[] = {
#define WANT(field, library, name) \
    { \
        offsetof(torch_symbols, field), library, name, 0 \
    }
#define ACCEPT(field, library, name) \
    { \
        offsetof(torch_symbols, field), library, name, 1 \
    }
    WANT(get_data, "torch_cpu", "aoti_torch_get_data_ptr"),
    WANT(get_dim, "torch_cpu", "aoti_torch_get_dim"),
    WANT(get_sizes, "torch_cpu", "aoti_torch_get_sizes"),
    WANT(get_strides, "torch_cpu", "aoti_torch_get_strides"),
    WANT(get_dtype, "torch_cpu", "aoti_torch_get_dtype"),
    WANT(get_device_type, "torch_cpu", "aoti_torch_get_device_type"),
    WANT(get_device_index, "torch_cpu", "aoti_torch_get_device_index"),
    WANT(delete_tensor, "torch_cpu", "aoti_torch_delete_tensor_object"),
    WANT(empty_strided, "torch_cpu", "aoti_torch_empty_strided"),
    WANT(library_init, "torch_cpu", "aoti_torch_library_init_impl"),
    WANT(library_impl, "torch_cpu", "aoti_torch_library_impl"),
    WANT(library_delete, "torch_cpu", "aoti_torch_delete_library_object"),
    WANT(call, "torch_cpu", "aoti_torch_call_dispatcher"),
    WANT(string_c_str, "torch_cpu", "torch_string_c_str"),
    WANT(string_delete, "torch_cpu", "torch_delete_string"),
    WANT(list_size, "torch_cpu", "torch_list_size"),
    WANT(list_get, "torch_cpu", "torch_list_get_item"),
    WANT(list_delete, "torch_cpu", "torch_delete_list"),
    WANT(set_included, "c10", "_ZN3c104impl29tls_set_dispatch_key_includedENS_11DispatchKeyEb"),
    WANT(set_excluded, "c10", "_ZN3c104impl29tls_set_dispatch_key_excludedENS_11DispatchKeyEb"),
    WANT(fail, "c10", "_ZN3c106detail14torchCheckFailEPKcS2_jS2_"),
    ACCEPT(get_what, "torch_cpu", "torch_exception_get_what_without_backtrace"),
    ACCEPT(value_delete, "torch_cpu", "torch_delete_stable_ivalue"),
    ACCEPT(current_stream, "torch_cuda", "aoti_torch_get_current_cuda_stream"),
    ACCEPT(current_stream, "torch_hip", "aoti_torch_get_current_cuda_stream"),
    ACCEPT(requires_grad, "c10", "_ZNK3c1010TensorImpl13requires_gradEv"),
    ACCEPT(wrap, "torch_python", "_Z16THPVariable_WrapN2at10TensorBaseE"),
    ACCEPT(wrap, "torch_python", "_Z16THPVariable_WrapRKN2at10TensorBaseE"), /* 2.13; called like the one before */
};

/* A library that is loaded goes by its name without a path. */
static void *find(const char *library, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "lib%s.so", library);
    void *loaded = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
    void *symbol = loaded ? dlsym(loaded, name) : NULL;
    if (loaded)
        dlclose(loaded);
    return symbol;
}

static const char *missing;

static void load(void)
{
    for (size_t i = 0; !missing && i < sizeof wanted / sizeof wanted[0]; i++) {
        void *symbol = find(wanted[i].library, wanted[i].name);
        if (symbol)
            *(void **)((char *)&torch + wanted[i].offset) = symbol;
        else if (!wanted[i].optional)
            missing = wanted[i].name;
    }
    torch.gpu_type = find("torch_hip", "aoti_torch_get_current_cuda_stream") ? EXPOPS_DL_ROCM : EXPOPS_DL_CUDA;
}

const char *torch_symbols_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return missing;
}
