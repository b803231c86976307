/* Strided tensors between guards. */
#include "array.h"

#include <stdlib.h>
#include <string.h>

enum { GUARD = 256, PATTERN = 0xA5 };

/* EXPOPS_TEST_GUARDS=0 leaves them out: memory ends where the tensor does, for simulators that see an access beyond. It is then not
 * given back either, or larger memory would be given out again. */
static size_t guard = GUARD;

__attribute__((constructor)) static void choose_guard(void)
{
    const char *text = getenv("EXPOPS_TEST_GUARDS");
    if (text && text[0] == '0')
        guard = 0;
}

const char *test_layout_name(enum test_layout layout)
{
    static const char *const names[] = { "compact", "transposed", "reversed", "stepped", "sliced", "expanded" };
    return names[layout];
}

size_t test_array_bytes(const test_array *array)
{
    return 2 * guard + (size_t)array->stored * expops_dtype_bytes(array->dtype);
}

/* Fills in what the library is handed. Backends whose memory has addresses get part of the offset in the address, as
 * most callers have it, and the rest in byte_offset. */
static void describe(test_array *array)
{
    const uint64_t view = (uint64_t)array->first * expops_dtype_bytes(array->dtype);
    const expops_device_info *info = expops_device_get_info(array->device);
    const int handles = (info->caps & EXPOPS_CAP_HANDLES) != 0;
    expops_tensor *tensor = &array->tensor;
    tensor->data =
        handles ? array->memory.data : (char *)array->memory.data + array->memory.byte_offset + array->before;
    tensor->byte_offset = view + (handles ? array->memory.byte_offset + array->before : 0);
    tensor->device = (expops_dl_device){ array->memory.device_type, info->device_id };
    tensor->ndim = array->ndim;
    tensor->dtype = expops_dtype_to_dl(array->dtype);
    tensor->shape = array->shape;
    tensor->strides = array->strides;
}

int test_array_view(test_array *array, expops_device *device, expops_dtype dtype, int32_t ndim, const int64_t *shape,
                    const int64_t *strides, int64_t first, int64_t stored)
{
    memset(array, 0, sizeof(*array));
    array->dtype = dtype;
    array->ndim = ndim;
    for (int32_t i = 0; i < ndim; i++) {
        array->shape[i] = shape[i];
        array->strides[i] = strides[i];
    }
    array->first = first;
    array->stored = stored;
    array->before = guard - (guard && expops_dtype_bytes(dtype) == 16 && first % 2 ? 8 : 0);
    array->host = malloc(test_array_bytes(array));
    if (!array->host)
        return 0;
    memset(array->host, PATTERN, test_array_bytes(array));
    if (expops_memory_allocate(device, NULL, test_array_bytes(array), &array->memory) != EXPOPS_OK) {
        free(array->host);
        array->host = NULL;
        return 0;
    }
    array->device = device;
    describe(array);
    return 1;
}

int test_array_make(test_array *array, expops_device *device, expops_dtype dtype, int32_t ndim, const int64_t *shape,
                    enum test_layout layout, int64_t shift)
{
    int64_t strides[EXPOPS_MAX_RANK], step = 1, first = shift;
    for (int32_t k = 0; k < ndim; k++) {
        const int32_t i = layout == TEST_TRANSPOSED ? k : ndim - 1 - k;
        const int64_t size = shape[i] > 0 ? shape[i] : 1;
        if (layout == TEST_STEPPED && k == 0)
            step = 2;
        strides[i] = layout == TEST_REVERSED ? -step : step;
        if (layout == TEST_REVERSED)
            first += (size - 1) * step;
        if (layout == TEST_EXPANDED && i == 0)
            strides[i] = 0;
        else
            step *= size;
        if (layout == TEST_SLICED && k == 0)
            step += 3;
    }
    return test_array_view(array, device, dtype, ndim, shape, strides, first, shift + step + 1);
}

void test_array_stay_on_host(test_array *array)
{
    array->tensor.data = array->host + array->before;
    array->tensor.byte_offset = (uint64_t)array->first * expops_dtype_bytes(array->dtype);
    array->tensor.device = (expops_dl_device){ EXPOPS_DL_CPU, 0 };
}

void test_array_free(test_array *array)
{
    if (array->host && guard)
        expops_memory_free(array->device, NULL, &array->memory);
    free(array->host);
    array->host = NULL;
}

int64_t test_array_numel(const test_array *array)
{
    int64_t numel = 1;
    for (int32_t i = 0; i < array->ndim; i++)
        numel *= array->shape[i];
    return numel;
}

int64_t test_array_index(const test_array *array, int32_t ndim, const int64_t *shape, int64_t position)
{
    int64_t index = array->first;
    for (int32_t i = ndim - 1; i >= 0 && position; i--) {
        const int64_t coordinate = position % shape[i];
        const int32_t own = i - (ndim - array->ndim);
        position /= shape[i];
        if (own >= 0 && array->shape[own] != 1)
            index += coordinate * array->strides[own];
    }
    return index;
}

test_value test_image_get(const test_array *array, const unsigned char *image, int64_t index)
{
    return test_load(array->dtype, image + array->before + (size_t)index * expops_dtype_bytes(array->dtype));
}

test_value test_array_get(const test_array *array, int64_t index)
{
    return test_image_get(array, array->host, index);
}

void test_array_set(test_array *array, int64_t index, test_value value)
{
    test_store(array->dtype, array->host + array->before + (size_t)index * expops_dtype_bytes(array->dtype), value);
}

void test_array_set_bits(test_array *array, int64_t index, uint64_t bits)
{
    const size_t size = expops_dtype_bytes(array->dtype);
    memcpy(array->host + array->before + (size_t)index * size, &bits, size); /* little endian, as every backend here */
}

expops_status test_array_upload(test_array *array)
{
    return expops_memory_upload(array->device, NULL, &array->memory, array->host, test_array_bytes(array));
}

expops_status test_array_download(const test_array *array, unsigned char *image)
{
    const expops_status status =
        expops_memory_download(array->device, NULL, image, &array->memory, test_array_bytes(array));
    return status ? status : expops_synchronize(array->device, NULL);
}

int test_array_spoilt(const test_array *array, const unsigned char *image, int only_view)
{
    const size_t bytes = test_array_bytes(array), size = expops_dtype_bytes(array->dtype);
    if (!only_view)
        return memcmp(array->host, image, bytes) != 0;
    unsigned char *copy = malloc(bytes);
    if (!copy)
        return 1;
    memcpy(copy, image, bytes);
    const int64_t numel = test_array_numel(array);
    for (int64_t k = 0; k < numel; k++) {
        const size_t at = array->before + (size_t)test_array_index(array, array->ndim, array->shape, k) * size;
        memcpy(copy + at, array->host + at, size);
    }
    const int spoilt = memcmp(array->host, copy, bytes) != 0;
    free(copy);
    return spoilt;
}
