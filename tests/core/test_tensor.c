/* DLPack tensors in and out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "expops/expops.h"

static int released;

static void count_release(void *context)
{
    released += *(int *)context;
}

static void delete_versioned(expops_dl_managed_versioned *self)
{
    released++;
}

static expops_tensor sample(int64_t *shape, int64_t *strides, float *data)
{
    const expops_tensor tensor = { data, { EXPOPS_DL_CPU, 0 }, 2, expops_dtype_to_dl(EXPOPS_DTYPE_F32), shape, strides,
                                   4 };
    return tensor;
}

static void exports_and_imports(void **state)
{
    int64_t shape[] = { 2, 2 };
    float data[5];
    int weight = 1;
    const expops_tensor tensor = sample(shape, NULL, data);
    expops_dl_managed *managed;
    expops_tensor back;
    released = 0;
    assert_int_equal(expops_dl_export(&tensor, count_release, &weight, &managed), EXPOPS_OK);
    shape[0] = 99; /* the export has its own copy */
    assert_int_equal(expops_dl_import(managed, &back), EXPOPS_OK);
    assert_int_equal(back.shape[0], 2);
    assert_int_equal(back.strides[0], 2);
    assert_int_equal(back.byte_offset, 4);
    assert_ptr_equal(back.data, data);
    managed->deleter(managed);
    assert_int_equal(released, 1);
}

static void versioned(void **state)
{
    int64_t shape[] = { 2, 2 }, strides[] = { -2, 1 };
    float data[8];
    const expops_tensor tensor = sample(shape, strides, data);
    expops_dl_managed_versioned *managed;
    expops_tensor back;
    assert_int_equal(expops_dl_export_versioned(&tensor, EXPOPS_DL_FLAG_READ_ONLY, NULL, NULL, &managed), EXPOPS_OK);
    assert_int_equal(expops_dl_import_versioned(managed, 0, &back), EXPOPS_OK);
    assert_int_equal(back.strides[0], -2);
    memset(&back, 0x5a, sizeof back);
    const expops_tensor untouched = back;
    assert_int_equal(expops_dl_import_versioned(managed, 1, &back), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_memory_equal(&back, &untouched, sizeof back);
    managed->deleter(managed);
}

static void refuses(void **state)
{
    int64_t shape[] = { 2, 2 };
    float data[4];
    expops_tensor back, bad = sample(shape, NULL, data);
    expops_dl_managed_versioned foreign = { .version_major = 2, .deleter = delete_versioned };
    expops_dl_managed *managed;
    released = 0;
    assert_int_equal(expops_dl_import_versioned(&foreign, 0, &back), EXPOPS_ERR_UNSUPPORTED);
    assert_int_equal(released, 1);
    bad.dtype.lanes = 4;
    assert_int_equal(expops_dl_export(&bad, NULL, NULL, &managed), EXPOPS_ERR_DTYPE);
    bad = sample(shape, NULL, NULL);
    assert_int_equal(expops_dl_export(&bad, NULL, NULL, &managed), EXPOPS_ERR_INVALID_ARGUMENT);
    shape[0] = 0; /* no elements need no data */
    assert_int_equal(expops_dl_export(&bad, NULL, NULL, &managed), EXPOPS_OK);
    managed->deleter(managed);
    bad.ndim = EXPOPS_MAX_RANK + 1;
    assert_int_equal(expops_dl_export(&bad, NULL, NULL, &managed), EXPOPS_ERR_SHAPE);
}

/* What is missing is said, and nothing is read or written through NULL. */
static void missing(void **state)
{
    int64_t shape[] = { 2, 2 }, strides[2];
    float data[4];
    expops_tensor bad = sample(shape, NULL, data);
    expops_dtype dtype = EXPOPS_DTYPE_F16;
    assert_int_equal(expops_dl_export(&bad, NULL, NULL, NULL), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_dl_export_versioned(&bad, 0, NULL, NULL, NULL), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_dtype_parse("f32", NULL), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_dtype_from_dl(bad.dtype, NULL), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_dtype_parse(NULL, &dtype), EXPOPS_ERR_DTYPE);
    assert_int_equal(dtype, EXPOPS_DTYPE_F16);
    assert_int_equal(expops_contiguous_strides(2, NULL, strides), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_contiguous_strides(2, shape, NULL), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_contiguous_strides(-1, shape, strides), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_contiguous_strides(EXPOPS_MAX_RANK + 1, shape, strides), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(expops_contiguous_strides(0, NULL, NULL), EXPOPS_OK);
    bad.shape = NULL;
    assert_int_equal(expops_tensor_numel(&bad), -1);
    assert_false(expops_tensor_is_contiguous(&bad));
    assert_int_equal(expops_tensor_numel(NULL), -1);
    assert_false(expops_tensor_is_contiguous(NULL));
}

/* The fields lie where DLPack's lie (dlpack.h of version 1). */
static void layout(void **state)
{
    assert_int_equal(sizeof(expops_tensor), 48);
    assert_int_equal(offsetof(expops_tensor, device), 8);
    assert_int_equal(offsetof(expops_tensor, ndim), 16);
    assert_int_equal(offsetof(expops_tensor, dtype), 20);
    assert_int_equal(offsetof(expops_tensor, shape), 24);
    assert_int_equal(offsetof(expops_tensor, byte_offset), 40);
    assert_int_equal(offsetof(expops_dl_managed_versioned, dl_tensor), 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(exports_and_imports), cmocka_unit_test(versioned),
                                        cmocka_unit_test(refuses), cmocka_unit_test(missing),
                                        cmocka_unit_test(layout) };
    return cmocka_run_group_tests_name("tensor", tests, NULL, NULL);
}
