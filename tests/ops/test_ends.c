/* Tensors whose memory ends where they do, for a simulator that sees what is read behind a buffer: the operator tests' guards
 * would hide that. Nothing is freed before all is allocated, or larger memory would be given out again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "expops/expops.h"

enum { LONGEST = 16 * 49 * 2 };

typedef struct bare {
    expops_tensor tensor;
    expops_pointer memory;
    int64_t shape[3], strides[3], numel;
} bare;

static expops_device *device;
static float ones[LONGEST];

static void make(bare *made, const int64_t *shape, expops_dtype dtype)
{
    made->numel = 1;
    for (int d = 0; d < 3; d++)
        made->numel *= made->shape[d] = shape[d];
    expops_contiguous_strides(3, made->shape, made->strides);
    const uint64_t bytes = (uint64_t)made->numel * expops_dtype_bytes(dtype);
    assert_int_equal(expops_memory_allocate(device, NULL, bytes, &made->memory), EXPOPS_OK);
    assert_int_equal(expops_memory_upload(device, NULL, &made->memory, ones, bytes), EXPOPS_OK);
    made->tensor = (expops_tensor){ .data = made->memory.data,
                                    .byte_offset = made->memory.byte_offset,
                                    .device = { made->memory.device_type, 0 },
                                    .ndim = 3,
                                    .dtype = expops_dtype_to_dl(dtype),
                                    .shape = made->shape,
                                    .strides = made->strides };
}

static void multiplies(expops_dtype dtype)
{
    /* Operands broadcast along columns, rows, both of the outer dimensions; with a partial last vector and without. */
    static const int64_t shapes[][3][3] = {
        { { 1, 16, 1 }, { 1, 16, 37 } }, { { 1, 1, 37 }, { 1, 16, 37 } }, { { 1, 16, 1 }, { 1, 1, 37 } },
        { { 1, 5, 1 }, { 1, 5, 37 } },   { { 1, 3, 1 }, { 2, 3, 49 } },   { { 2, 1, 49 }, { 1, 16, 1 } },
    };
    enum { CASES = sizeof shapes / sizeof *shapes };
    bare all[CASES][3] = { 0 };
    for (int i = 0; i < CASES; i++) {
        int64_t out[3];
        for (int d = 0; d < 3; d++)
            out[d] = shapes[i][0][d] > shapes[i][1][d] ? shapes[i][0][d] : shapes[i][1][d];
        make(&all[i][0], shapes[i][0], dtype);
        make(&all[i][1], shapes[i][1], dtype);
        make(&all[i][2], out, dtype);
    }
    for (int i = 0; i < CASES; i++)
        if (expops_mul(device, NULL, &all[i][0].tensor, &all[i][1].tensor, &all[i][2].tensor) != EXPOPS_OK)
            fail_msg("%s", expops_error_text());
    assert_int_equal(expops_synchronize(device, NULL), EXPOPS_OK);
    for (int i = 0; i < CASES * 3; i++)
        expops_memory_free(device, NULL, &all[i / 3][i % 3].memory);
}

static void f32(void **state)
{
    multiplies(EXPOPS_DTYPE_F32);
}

static void bf16(void **state)
{
    multiplies(EXPOPS_DTYPE_BF16);
}

static int open_device(void **state)
{
    for (int i = 0; i < LONGEST; i++)
        ones[i] = 1;
    return expops_device_open(NULL, &device) != EXPOPS_OK;
}

static int close_device(void **state)
{
    expops_device_close(&device);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(f32), cmocka_unit_test(bf16) };
    cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
    return cmocka_run_group_tests_name("ends", tests, open_device, close_device);
}
