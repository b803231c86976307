/* What a description says, worked out in 128 bits. */
#include "fuzz.h"

typedef __int128 wide;

static wide elements_of(const fuzz_tensor *tensor)
{
    wide numel = 1;
    for (int32_t i = 0; i < tensor->ndim; i++)
        if (tensor->shape[i] == 0)
            return 0;
    for (int32_t i = 0; i < tensor->ndim && numel < (wide)1 << 64; i++)
        numel *= tensor->shape[i];
    return numel;
}

/* Bytes from the lowest to the highest element; -1 where 64 bits cannot say, or not count the elements. */
static wide bytes_of(const fuzz_tensor *tensor)
{
    expops_dtype dtype;
    wide reach = 1;
    const wide numel = elements_of(tensor);
    if (expops_dtype_from_dl(tensor->dtype, &dtype) != EXPOPS_OK || numel > INT64_MAX)
        return -1;
    for (int32_t i = 0; i < tensor->ndim && numel > 0 && !tensor->compact; i++) {
        const wide stride = tensor->strides[i] < 0 ? -(wide)tensor->strides[i] : tensor->strides[i];
        reach += tensor->shape[i] > 1 ? stride * (tensor->shape[i] - 1) : 0;
        if (reach > INT64_MAX)
            return -1;
    }
    const wide bytes = (tensor->compact ? numel : reach) * (wide)expops_dtype_bytes(dtype);
    return bytes <= INT64_MAX ? bytes : -1;
}

int fuzz_readable(const fuzz_tensor *tensor)
{
    return tensor->ndim >= 0 && tensor->ndim <= EXPOPS_MAX_RANK && !(tensor->no_shape && tensor->ndim);
}

/* Nothing about its memory forbids a call; a number may be the host's. */
int fuzz_usable(const fuzz_tensor *tensor, uint32_t kind)
{
    const int on_host =
        kind == EXPOPS_PARAMETER_OPERAND && tensor->ndim == 0 && tensor->device.device_type == EXPOPS_DL_CPU;
    return fuzz_readable(tensor) && bytes_of(tensor) >= 0 && bytes_of(tensor) < (wide)(FUZZ_APART / 4) &&
           !tensor->no_data && tensor->offset % 8 == 0 && tensor->offset < FUZZ_APART / 4 &&
           (on_host || !tensor->device.device_type);
}

int fuzz_too_large(const fuzz_tensor *tensor)
{
    return elements_of(tensor) > 0 && bytes_of(tensor) < 0;
}
