#include "room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "session.h"

enum { MAX_SMALL = 8, WINDOW = 1 << 16, STEP = 251 };
/* What calls take beside the places, at most. */
#define TEMPORARY_BYTES HUGE_BYTES

static expops_device *device;
static expops_pointer places[HUGE_PLACES], small[MAX_SMALL];
static int num_small;
static uint8_t *host;

static int skipped(const char *why)
{
    printf("skipped: %s\n", why);
    huge_close();
    return TEST_EXIT_SKIP;
}

/* Memory for all of it at once, since a driver may promise more than there is. */
static int has_room(void)
{
    expops_pointer temporary = { 0 };
    for (int i = 0; i < HUGE_PLACES; i++)
        if (expops_memory_allocate(device, NULL, HUGE_BYTES, places + i) != EXPOPS_OK)
            return 0;
    if (expops_memory_allocate(device, NULL, TEMPORARY_BYTES, &temporary) != EXPOPS_OK)
        return 0;
    expops_memory_free(device, NULL, &temporary);
    return 1;
}

int huge_open(void)
{
    int result = 0;
    if (!getenv("EXPOPS_TEST_HUGE"))
        return skipped("takes 9 GiB of the device's memory and 2 GiB of the host's; EXPOPS_TEST_HUGE=1 runs it");
    device = test_session_open(&result);
    if (!device)
        return result;
    host = malloc(HUGE_BYTES);
    if (!host || !has_room())
        return skipped("there is no room for 9 GiB on the device and 2 GiB on the host");
    for (int64_t k = 0; k < HUGE_BYTES; k++)
        host[k] = huge_pattern(k);
    if (expops_memory_upload(device, NULL, places + HUGE_SOURCE, host, HUGE_BYTES) != EXPOPS_OK ||
        expops_synchronize(device, NULL) != EXPOPS_OK) {
        printf("failed: %s\n", expops_error_text());
        return TEST_EXIT_BROKEN;
    }
    return 0;
}

void huge_close(void)
{
    for (int i = 0; i < HUGE_PLACES && device; i++)
        if (places[i].data)
            expops_memory_free(device, NULL, places + i);
    free(host);
    if (device)
        expops_device_close(&device);
}

static void describe(huge_tensor *view, const expops_pointer *memory, expops_dtype dtype, int64_t offset, int32_t ndim,
                     const int64_t *shape, const int64_t *strides)
{
    for (int32_t i = 0; i < ndim; i++)
        view->shape[i] = shape[i];
    expops_contiguous_strides(ndim, shape, view->strides);
    for (int32_t i = 0; i < ndim && strides; i++)
        view->strides[i] = strides[i];
    view->tensor = (expops_tensor){ .data = memory->data,
                                    .byte_offset = memory->byte_offset + (uint64_t)offset,
                                    .device = { memory->device_type, expops_device_get_info(device)->device_id },
                                    .ndim = ndim,
                                    .dtype = expops_dtype_to_dl(dtype),
                                    .shape = view->shape,
                                    .strides = view->strides };
}

void huge_view(huge_tensor *view, enum huge_place place, expops_dtype dtype, int64_t offset, int32_t ndim,
               const int64_t *shape, const int64_t *strides)
{
    describe(view, places + place, dtype, offset, ndim, shape, strides);
}

void huge_small(huge_tensor *view, int32_t ndim, const int64_t *shape, const int64_t *elements)
{
    uint64_t bytes = sizeof *elements;
    for (int32_t i = 0; i < ndim; i++)
        bytes *= (uint64_t)shape[i];
    assert_true(num_small < MAX_SMALL);
    assert_int_equal(expops_memory_allocate(device, NULL, bytes, small + num_small), EXPOPS_OK);
    if (elements)
        assert_int_equal(expops_memory_upload(device, NULL, small + num_small, elements, bytes), EXPOPS_OK);
    assert_int_equal(expops_synchronize(device, NULL), EXPOPS_OK);
    describe(view, small + num_small++, EXPOPS_DTYPE_I64, 0, ndim, shape, NULL);
}

void huge_free_small(void)
{
    while (num_small)
        expops_memory_free(device, NULL, small + --num_small);
}

void huge_call(const char *name, const expops_value *args, size_t num_args, const expops_tensor *outs, size_t count)
{
    const expops_status status = expops_call(expops_find(name), device, NULL, args, num_args, outs, count);
    if (status != EXPOPS_OK)
        fail_msg("%s: %s", name, expops_error_text());
}

const uint8_t *huge_read(enum huge_place place, int64_t bytes)
{
    if (expops_memory_download(device, NULL, host, places + place, (uint64_t)bytes) != EXPOPS_OK ||
        expops_synchronize(device, NULL) != EXPOPS_OK)
        fail_msg("%s", expops_error_text());
    return host;
}

void huge_read_small(const huge_tensor *view, int64_t *elements, int64_t count)
{
    const expops_pointer from = { .data = view->tensor.data,
                                  .byte_offset = view->tensor.byte_offset,
                                  .device_type = view->tensor.device.device_type };
    const uint64_t bytes = (uint64_t)count * sizeof *elements;
    if (expops_memory_download(device, NULL, elements, &from, bytes) != EXPOPS_OK ||
        expops_synchronize(device, NULL) != EXPOPS_OK)
        fail_msg("%s", expops_error_text());
}

static void check_run(int64_t first, int64_t end, int64_t step, huge_expectation *expected)
{
    for (int64_t i = first; i < end; i += step)
        if (host[i] != expected(i))
            fail_msg("element %lld is %u, not %u", (long long)i, host[i], expected(i));
}

void huge_check(int64_t elements, huge_expectation *expected)
{
    const int64_t middle = INT64_C(1) << 31;
    huge_read(HUGE_TARGET, elements);
    check_run(0, WINDOW, 1, expected);
    check_run(elements - WINDOW, elements, 1, expected);
    check_run(middle - WINDOW, middle + WINDOW < elements ? middle + WINDOW : elements, 1, expected);
    check_run(0, elements, STEP, expected);
}
