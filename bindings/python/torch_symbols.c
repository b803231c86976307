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
    WANT(library_delete, "torch_cpu", "aoti_torch_delete_library_object"),
    ACCEPT(new_tensor, "torch_cpu", "aoti_torch_new_uninitialized_tensor"),
    ACCEPT(assign_tensor, "torch_cpu", "aoti_torch_assign_tensors"),
    ACCEPT(empty_on_host, "torch_cpu", "_ZN2at6detail17empty_strided_cpuEN3c108ArrayRefIlEES3_NS1_10ScalarTypeEb"),
    ACCEPT(delete_item, "torch_cpu", "aoti_torch_delete_c10_value_object"),
    ACCEPT(allocate, "torch_cpu", "_Znwm"), /* of the library it is linked with */
    WANT(set_included, "c10", "_ZN3c104impl29tls_set_dispatch_key_includedENS_11DispatchKeyEb"),
    WANT(set_excluded, "c10", "_ZN3c104impl29tls_set_dispatch_key_excludedENS_11DispatchKeyEb"),
    WANT(fail, "c10", "_ZN3c106detail14torchCheckFailEPKcS2_jS2_"),
    ACCEPT(get_what, "torch_cpu", "torch_exception_get_what_without_backtrace"),
    ACCEPT(make_function, "torch_cpu",
           "_ZN5torch11CppFunctionC1EN3c1014KernelFunctionESt8optionalINS1_4impl12CppSignatureEESt10unique_ptrINS1_"
           "14FunctionSchemaESt14default_deleteIS8_EE"),
    ACCEPT(free_function, "torch_cpu", "_ZN5torch11CppFunctionD1Ev"),
    ACCEPT(register_function, "torch_cpu", "_ZNR5torch7Library5_implEPKcONS_11CppFunctionENS_17_RegisterOrVerifyE"),
    ACCEPT(dispatcher, "torch_cpu", "_ZN3c1010Dispatcher13realSingletonEv"),
    ACCEPT(find_operator, "torch_cpu", "_ZN3c1010Dispatcher17findSchemaOrThrowEPKcS2_"),
    ACCEPT(has_kernel, "torch_cpu", "_ZNK3c104impl13OperatorEntry23hasKernelForDispatchKeyENS_11DispatchKeyE"),
    ACCEPT(find_kernel, "torch_cpu", "_ZNK3c104impl13OperatorEntry20kernelForDispatchKeyENS_11DispatchKeyE"),
    ACCEPT(refuse, "torch_cpu", "_ZNK3c104impl13OperatorEntry11reportErrorENS_11DispatchKeyE"),
    ACCEPT(current_stream, "torch_cuda", "aoti_torch_get_current_cuda_stream"),
    ACCEPT(current_stream, "torch_hip", "aoti_torch_get_current_cuda_stream"),
    ACCEPT(requires_grad, "c10", "_ZNK3c1010TensorImpl13requires_gradEv"),
    ACCEPT(default_dtype, "c10", "_ZN3c1031get_default_dtype_as_scalartypeEv"),
    ACCEPT(is_conj, "torch_cpu", "_ZN2at6native7is_conjERKNS_6TensorE"),
    ACCEPT(is_neg, "torch_cpu", "_ZN2at6native6is_negERKNS_6TensorE"),
    ACCEPT(is_inference, "torch_cpu", "_ZN2at6native12is_inferenceERKNS_6TensorE"),
    ACCEPT(count_write, "torch_cpu", "_ZN5torch8autograd4impl12bump_versionERKN2at6TensorE"),
    ACCEPT(tangent, "c10", "_ZNK3c1010TensorImpl8_fw_gradEmRKN2at10TensorBaseE"),
    ACCEPT(undefined, "c10", "_ZN3c1019UndefinedTensorImpl10_singletonE"),
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

void *torch_symbols_find(const char *name)
{
    return find("torch_cpu", name);
}

int torch_symbols_is_code(const void *address)
{
    Dl_info here, there;
    return address && dladdr(address, &here) && dladdr(*(void **)&torch.make_function, &there) &&
           here.dli_fbase == there.dli_fbase;
}

int torch_symbols_read_stacks(void)
{
    return torch.new_tensor && torch.assign_tensor && torch.delete_item && torch.allocate && torch.make_function &&
           torch.free_function && torch.register_function && torch.dispatcher && torch.find_operator &&
           torch.has_kernel && torch.find_kernel && torch.refuse;
}
