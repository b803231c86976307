#include "library.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

size_t library_count_outputs(const expops_operator *op)
{
    size_t count = 0;
    while (count < MAX_OUTPUTS && expops_operator_output(op, count))
        count++;
    return count;
}

expops_status library_infer(const expops_operator *op, const expops_value *args, size_t num_args,
                            expops_result *out_results, size_t num_outputs)
{
    return expops_infer(op, args, num_args, out_results, num_outputs);
}

expops_status library_view_of(const expops_operator *op, const expops_value *args, size_t num_args,
                              expops_result *out_view)
{
    *out_view = (expops_result){ .struct_size = sizeof *out_view };
    return expops_view_of(op, args, num_args, out_view);
}

expops_status library_call(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                           size_t num_args, const expops_tensor *outs, size_t num_outputs)
{
    return expops_call(op, device, stream, args, num_args, outs, num_outputs);
}

/* --- numbers that came as tensors --- */

static int is_widest(expops_dl_dtype dtype)
{
    return dtype.bits == (dtype.code == 5 ? 128 : 64);
}

/* bool, integers, floats, complex */
static int rank_of(expops_dl_dtype dtype)
{
    return dtype.code == 6 ? 0 : dtype.code <= 1 ? 1 : dtype.code == 5 ? 3 : 2;
}

/* Whether one of the other tensors decides the type, whatever `number` is. */
static int is_outranked(const expops_value *args, size_t num_args, size_t number)
{
    size_t others = 0;
    for (size_t i = 0; i < num_args; i++) {
        if (i == number || args[i].kind != EXPOPS_VALUE_TENSOR)
            continue;
        others++;
        if (args[i].as.tensor->ndim && rank_of(args[i].as.tensor->dtype) >= rank_of(args[number].as.tensor->dtype))
            return 1;
    }
    return !others;
}

int library_meets_number(const expops_value *args, size_t num_args)
{
    for (size_t i = 0; i < num_args; i++)
        if (args[i].kind == EXPOPS_VALUE_TENSOR && !args[i].as.tensor->ndim && is_widest(args[i].as.tensor->dtype) &&
            !is_outranked(args, num_args, i))
            return 1;
    return 0;
}

int library_has_floating(const expops_value *args, size_t num_args)
{
    for (size_t i = 0; i < num_args; i++) {
        if (args[i].kind == EXPOPS_VALUE_TENSOR && rank_of(args[i].as.tensor->dtype) >= 2)
            return 1;
        for (uint32_t k = 0; args[i].kind == EXPOPS_VALUE_TENSORS && k < args[i].count; k++)
            if (rank_of(args[i].as.tensors[k]->dtype) >= 2)
                return 1;
    }
    return 0;
}

/* --- devices --- */

enum { MAX_ORDINALS = 64 };

static const struct {
    int32_t type;
    const char *backend;
} served[] = {
    { EXPOPS_DL_CPU, "cpu" },  { EXPOPS_DL_CUDA, "cuda" },     { EXPOPS_DL_CUDA_MANAGED, "cuda" },
    { EXPOPS_DL_ROCM, "hip" }, { EXPOPS_DL_OPENCL, "opencl" }, { EXPOPS_DL_EXT, "opencl" },
};
enum { NUM_SERVED = sizeof served / sizeof served[0] };
static _Atomic(expops_device *) opened[NUM_SERVED][MAX_ORDINALS];

static int takes(expops_device *device, expops_dl_device where)
{
    const expops_device_info *info = expops_device_get_info(device);
    for (uint32_t i = 0; i < info->num_device_types; i++)
        if (info->device_types[i] == where.device_type && info->device_id == where.device_id)
            return 1;
    return 0;
}

static expops_status open_device(const char *backend, expops_dl_device where, expops_device **out_device)
{
    char spec[64];
    if (!expops_device_default(out_device) && takes(*out_device, where))
        return EXPOPS_OK;
    snprintf(spec, sizeof spec, "%s:%d", backend, (int)where.device_id);
    return expops_device_open(spec, out_device);
}

static __attribute__((noinline)) expops_status find_device(expops_dl_device where, expops_device **out_device)
{
    for (size_t i = 0; i < NUM_SERVED; i++) {
        if (served[i].type != where.device_type || where.device_id < 0 || where.device_id >= MAX_ORDINALS)
            continue;
        *out_device = atomic_load_explicit(&opened[i][where.device_id], memory_order_acquire);
        if (*out_device)
            return EXPOPS_OK;
        const expops_status status = open_device(served[i].backend, where, out_device);
        if (!status)
            atomic_store_explicit(&opened[i][where.device_id], *out_device, memory_order_release);
        return status;
    }
    /* No backend's memory: the default device says which it would take. */
    return expops_device_default(out_device);
}

/* The host's, which is asked for most, stands first. */
expops_status library_device(expops_dl_device where, expops_device **out_device)
{
    const int is_host = where.device_type == EXPOPS_DL_CPU && where.device_id == 0;
    *out_device = is_host ? atomic_load_explicit(&opened[0][0], memory_order_acquire) : NULL;
    return *out_device ? EXPOPS_OK : find_device(where, out_device);
}

expops_status library_set_backend(const char *spec)
{
    const expops_status status = expops_enable(spec);
    for (size_t i = 0; !status && i < NUM_SERVED; i++)
        for (int32_t id = 0; id < MAX_ORDINALS; id++)
            atomic_store_explicit(&opened[i][id], NULL, memory_order_release);
    return status;
}

/* --- element types --- */

/* As Python's packages call them: a word by DLPack's code, and the bits. */
#define WORD_0(bits) "int" bits
#define WORD_1(bits) "uint" bits
#define WORD_2(bits) "float" bits
#define WORD_4(bits) "bfloat" bits
#define WORD_5(bits) "complex" bits
#define WORD_6(bits) "bool"
#define BITS_1 "8"
#define BITS_2 "16"
#define BITS_4 "32"
#define BITS_8 "64"
#define BITS_16 "128"
static const char *const dtype_names[EXPOPS_DTYPE_COUNT] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) WORD_##code(BITS_##bytes),
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
};

const char *library_dtype_name(expops_dtype dtype)
{
    return dtype_names[dtype];
}

expops_dtype library_dtype_find(const char *name)
{
    unsigned dtype = 0;
    while (dtype < EXPOPS_DTYPE_COUNT && strcmp(dtype_names[dtype], name))
        dtype++;
    return (expops_dtype)dtype;
}
