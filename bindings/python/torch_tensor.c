/* torch's tensors, by the C ABI. */
#include "torch_tensor.h"
#include <string.h>
#include "torch_override.h"

/* torch's number of each type. Those between are of types that are none of ours. */
#define ALL(DO) \
    DO(U8, 0) \
    DO(I8, 1) \
    DO(I16, 2) \
    DO(I32, 3) \
    DO(I64, 4) \
    DO(F16, 5) \
    DO(F32, 6) \
    DO(F64, 7) \
    DO(C64, 9) \
    DO(C128, 10) \
    DO(BOOL, 11) \
    DO(BF16, 15) \
    DO(U16, 27)
#define NUMBER(name, number) [EXPOPS_DTYPE_##name] = number,
#define TYPE(name, number) [number] = EXPOPS_DTYPE_##name + 1,
static const int32_t torch_of_dtype[EXPOPS_DTYPE_COUNT] = { ALL(NUMBER) };
static const uint8_t dtype_after[] = { ALL(TYPE) };

/* As expops_dtype_to_dl says, without a call for each tensor of each call. */
static const expops_dl_dtype dl_of_dtype[EXPOPS_DTYPE_COUNT] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) { code, 8 * (bytes), 1 },
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
};

expops_dtype torch_dtype_find(int64_t number)
{
    if (number < 0 || number >= (int64_t)sizeof dtype_after || !dtype_after[number])
        return EXPOPS_DTYPE_COUNT;
    return (expops_dtype)(dtype_after[number] - 1);
}

/* Integers and truths alone promote to it. */
int torch_dtype_is_default(const expops_value *args, size_t num_args, expops_dtype result)
{
    if ((result != EXPOPS_DTYPE_F32 && result != EXPOPS_DTYPE_C64) || !torch.default_dtype)
        return 0;
    return torch.default_dtype() != torch_of_dtype[EXPOPS_DTYPE_F32] && !library_has_floating(args, num_args);
}

static int read_device(torch_handle handle, expops_dl_device *out_device)
{
    int32_t type, index = 0;
    if (torch.get_device_type(handle, &type) || type < 0 || type > 1 ||
        (type && torch.get_device_index(handle, &index)))
        return -1;
    *out_device = (expops_dl_device){ type ? torch.gpu_type : EXPOPS_DL_CPU, index < 0 ? 0 : index };
    return 0;
}

uint32_t torch_tensor_read(torch_handle handle, expops_tensor *tensor)
{
    int64_t ndim;
    int32_t number;
    if (read_device(handle, &tensor->device))
        return PASSED_DEVICE + 1;
    const expops_dtype dtype = torch.get_dtype(handle, &number) ? EXPOPS_DTYPE_COUNT : torch_dtype_find(number);
    if (dtype == EXPOPS_DTYPE_COUNT)
        return PASSED_DTYPE + 1;
    if (torch.get_dim(handle, &ndim) || ndim > EXPOPS_MAX_RANK || torch.get_sizes(handle, &tensor->shape) ||
        torch.get_strides(handle, &tensor->strides))
        return PASSED_SHAPE + 1;
    if (torch.get_data(handle, &tensor->data))
        return PASSED_DEVICE + 1;
    tensor->byte_offset = 0;
    tensor->ndim = (int32_t)ndim;
    tensor->dtype = dl_of_dtype[dtype];
    return 0;
}

static void describe(const expops_result *result, expops_dl_device where, expops_tensor *out)
{
    *out = (expops_tensor){ .device = where,
                            .ndim = result->ndim,
                            .dtype = dl_of_dtype[result->dtype],
                            .shape = (int64_t *)result->shape,
                            .strides = (int64_t *)result->strides };
}

static int32_t make(const expops_result *result, expops_dl_device where, torch_handle *out_made)
{
    const int on_host = where.device_type == EXPOPS_DL_CPU;
    return torch.empty_strided(result->ndim, result->shape, result->strides, torch_of_dtype[result->dtype], !on_host,
                               on_host ? -1 : where.device_id, out_made);
}

expops_status torch_tensor_make(const expops_result *result, expops_dl_device where, expops_tensor *out,
                                torch_handle *out_made)
{
    describe(result, where, out);
    if (make(result, where, out_made))
        return EXPOPS_ERR_OUT_OF_MEMORY;
    return torch.get_data(*out_made, &out->data) ? EXPOPS_ERR_INTERNAL : EXPOPS_OK;
}

/* The handle's tensor is taken from it, which is then deleted without one. */
static int32_t make_by_handle(const expops_result *result, expops_dl_device where, void **out_tensor)
{
    torch_handle handle;
    if (make(result, where, &handle))
        return -1;
    memcpy(out_tensor, handle, sizeof *out_tensor);
    memcpy(handle, &torch.no_tensor, sizeof torch.no_tensor);
    return torch.delete_tensor(handle);
}

expops_status torch_tensor_make_bare(const expops_result *result, expops_dl_device where, expops_tensor *out,
                                     void **out_tensor)
{
    const torch_sizes sizes = { result->shape, (size_t)result->ndim }, strides = { result->strides, sizes.count };
    describe(result, where, out);
    if (torch.empty_on_host && where.device_type == EXPOPS_DL_CPU)
        *out_tensor = torch.empty_on_host(sizes, strides, (int8_t)torch_of_dtype[result->dtype], 0).tensor;
    else if (make_by_handle(result, where, out_tensor))
        return EXPOPS_ERR_OUT_OF_MEMORY;
    return torch.get_data(out_tensor, &out->data) ? EXPOPS_ERR_INTERNAL : EXPOPS_OK;
}

void torch_tensor_drop(void **tensor)
{
    torch.assign_tensor(&torch.no_tensor, tensor);
}
