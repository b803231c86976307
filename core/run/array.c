/* Tensors of the library's own, in one block with their shape. */
#include "expops/array.h"
#include <stdlib.h>
#include <string.h>
#include "backend/device.h"
#include "base/error.h"
#include "base/near.h"
#include "base/size.h"
#include "draft/tensor.h"
#include "operator.h"

typedef struct array {
    expops_tensor tensor; /* first: what the caller holds */
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK];
} array;

static uint64_t bytes_of(const expops_tensor *tensor)
{
    return (uint64_t)expops_tensor_numel(tensor) * (tensor->dtype.bits <= 8 ? 1 : tensor->dtype.bits / 8u);
}

static expops_pointer pointer_of(const expops_tensor *tensor)
{
    return (expops_pointer){ .data = tensor->data,
                             .byte_offset = tensor->byte_offset,
                             .device_type = tensor->device.device_type };
}

/* The descriptor, without memory. */
static expops_status describe(expops_device *device, expops_dtype dtype, int32_t ndim, const int64_t *shape,
                              array *made)
{
    if (ndim < 0 || ndim > EXPOPS_MAX_RANK || (unsigned)dtype >= EXPOPS_DTYPE_COUNT)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "%d dimensions of type %d; at most %d of a known type are supported", ndim, (int)dtype,
                           EXPOPS_MAX_RANK);
    if (ndim && !shape)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "shape is NULL; expected %d sizes", ndim);
    expops_tensor *tensor = &made->tensor;
    tensor->device.device_type = device->info.device_types[0];
    tensor->device.device_id = device->info.device_id;
    tensor->ndim = ndim;
    tensor->dtype = expops_dtype_to_dl(dtype);
    tensor->shape = made->shape;
    tensor->strides = made->strides;
    if (ndim)
        memcpy(made->shape, shape, (size_t)ndim * sizeof *shape);
    for (int32_t d = 0; d < ndim; d++)
        if (shape[d] < 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "dimension %d has size %lld", d, (long long)shape[d]);
    if (!expops_checked_strides(ndim, made->shape, made->strides))
        return expops_fail(EXPOPS_ERR_SHAPE, "64 bits cannot count the bytes of that shape");
    return expops_check_tensor(tensor, &dtype);
}

static expops_status fill(expops_device *device, array *made, const void *data)
{
    const uint64_t bytes = bytes_of(&made->tensor);
    expops_pointer memory;
    if (!bytes)
        return EXPOPS_OK;
    EXPOPS_TRY(expops_memory_allocate(device, NULL, bytes, &memory));
    made->tensor.data = memory.data;
    made->tensor.byte_offset = memory.byte_offset;
    if (!data)
        return EXPOPS_OK;
    expops_status status = expops_memory_upload(device, NULL, &memory, data, bytes);
    if (status == EXPOPS_OK)
        status = expops_synchronize(device, NULL); /* `data` is the caller's again */
    if (status != EXPOPS_OK)
        expops_memory_free(device, NULL, &memory);
    return status;
}

expops_status expops_array_new(expops_device *device, expops_dtype dtype, int32_t ndim, const int64_t *shape,
                               const void *data, expops_tensor **out_array)
{
    if (!out_array)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "expops_array_new: out_array is NULL");
    /* Whoever frees what a failed call left frees nothing. */
    *out_array = NULL;
    EXPOPS_TRY(expops_device_resolve(device, &device));
    array *made = calloc(1, sizeof *made);
    if (!made)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "expops_array_new: no memory for a tensor's descriptor");
    expops_status status = describe(device, dtype, ndim, shape, made);
    if (status == EXPOPS_OK)
        status = fill(device, made, data);
    if (status != EXPOPS_OK) {
        free(made);
        return expops_fail_more(status, "expops_array_new");
    }
    *out_array = &made->tensor;
    return EXPOPS_OK;
}

expops_status expops_array_read(expops_device *device, const expops_tensor *array, void *data, size_t bytes)
{
    expops_dtype dtype;
    EXPOPS_TRY_SAYING(expops_check_tensor(array, &dtype), "expops_array_read");
    /* A download copies one run of bytes: gaps between elements would need a kernel. */
    if (!expops_tensor_is_contiguous(array))
        return expops_fail(EXPOPS_ERR_SHAPE, "expops_array_read: the tensor's strides are not those of a compact one");
    /* Not "at least": a caller with another size in mind is mistaken in the shape or the type. */
    if (bytes != bytes_of(array))
        return expops_fail(EXPOPS_ERR_SHAPE, "expops_array_read: room for %zu bytes; the tensor has %llu", bytes,
                           (unsigned long long)bytes_of(array));
    if (!bytes)
        return EXPOPS_OK;
    EXPOPS_TRY(expops_device_resolve(device, &device));
    const expops_pointer from = pointer_of(array);
    EXPOPS_TRY(expops_memory_download(device, NULL, data, &from, bytes));
    return expops_synchronize(device, NULL);
}

void expops_array_free(expops_device *device, expops_tensor *tensor)
{
    if (!tensor)
        return;
    /* Where the device cannot be used any more, as in a child of a fork, its memory is left alone and the
     * description is freed all the same. */
    expops_pointer memory = pointer_of(tensor);
    if (memory.data && expops_device_resolve(device, &device) == EXPOPS_OK)
        expops_memory_free(device, NULL, &memory);
    free((array *)tensor);
}

static void free_all(expops_device *device, expops_tensor **arrays, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        expops_array_free(device, arrays[i]);
        arrays[i] = NULL;
    }
}

static expops_status make_all(expops_device *device, const expops_result *results, size_t count,
                              expops_tensor **out_arrays)
{
    for (size_t i = 0; i < count; i++)
        EXPOPS_TRY(expops_array_new(device, results[i].dtype, results[i].ndim, results[i].shape, NULL, out_arrays + i));
    return EXPOPS_OK;
}

static expops_status fail_unknown(const char *name)
{
    expops_guess guess = { .word = name ? name : "" };
    for (size_t i = 0; i < expops_operator_count(); i++)
        expops_guess_at(&guess, expops_operator_name(expops_operator_at(i)));
    const char *const nearest = guess.nearest;
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "expops_run: there is no operator \"%s\"%s%s%s", guess.word,
                       nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

expops_status expops_run(const char *name, expops_device *device, const expops_value *args, size_t num_args,
                         expops_tensor **out_arrays, size_t num_outs)
{
    expops_result results[EXPOPS_MAX_OUTPUTS];
    expops_tensor outs[EXPOPS_MAX_OUTPUTS];
    const expops_operator *op = expops_find(name);
    /* Before anything can fail: after an error the caller finds NULL in every place, not what was there before. */
    for (size_t i = 0; out_arrays && i < num_outs && i < EXPOPS_MAX_OUTPUTS; i++)
        out_arrays[i] = NULL;
    if (!op)
        return fail_unknown(name);
    if (!out_arrays || num_outs == 0 || num_outs > EXPOPS_MAX_OUTPUTS)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: room for %zu results", name, out_arrays ? num_outs : 0);
    EXPOPS_TRY(expops_device_resolve(device, &device));
    EXPOPS_TRY(expops_infer(op, args, num_args, results, num_outs));
    expops_status status = make_all(device, results, num_outs, out_arrays);
    for (size_t i = 0; i < num_outs && status == EXPOPS_OK; i++)
        outs[i] = *out_arrays[i];
    if (status == EXPOPS_OK)
        status = expops_call(op, device, NULL, args, num_args, outs, num_outs);
    if (status != EXPOPS_OK)
        free_all(device, out_arrays, num_outs);
    return status;
}
