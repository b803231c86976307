/* Kernels that are unloaded while their launches are still queued. With EXPOPS_MAX_KERNELS at 1, making a kernel unloads every
 * other that no thread uses any more; meson runs these tests so as well. */
#include "conformance.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

static long double negated(long double x)
{
    return -x;
}
static long double squared(long double x)
{
    return x * x;
}
static long double same(long double x)
{
    return x;
}
static long double is_zero(long double x)
{
    return x == 0;
}

static const struct {
    const char *name;
    long double (*exact)(long double x);
    expops_dtype result;
} rows[] = {
    { "neg", negated, EXPOPS_DTYPE_F32 }, { "square", squared, EXPOPS_DTYPE_F32 },
    { "relu", same, EXPOPS_DTYPE_F32 },   { "logical_not", is_zero, EXPOPS_DTYPE_BOOL },
    { "abs", same, EXPOPS_DTYPE_F32 },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static test_array in, out[ROWS];

/* On a GPU the launches take longer than making the next kernel from the disk's cache; on a processor that plays one they do
 * anyway. */
static int64_t num_elements(void)
{
    const expops_device_info *info = expops_device_get_info(conformance_device);
    const uint64_t caps = info->caps | (strstr(info->name, "simulated") ? EXPOPS_CAP_CPU : 0);
    return caps & (EXPOPS_CAP_HOST | EXPOPS_CAP_CPU) ? 20000 : 1 << 22;
}

enum { LAUNCHES = 60 };

/* A thread that ends lets go of its plans. */
static void *launch_and_end(void *given)
{
    const size_t row = (size_t)((test_array *)given - out);
    const expops_value args[] = { expops_tensor_value(&in.tensor) };
    for (int i = 0; i < LAUNCHES; i++)
        if (expops_call(expops_find(rows[row].name), conformance_device, NULL, args, 1, &out[row].tensor, 1) !=
            EXPOPS_OK)
            return given;
    return NULL;
}

static void expect_row(size_t row)
{
    unsigned char *image = malloc(test_array_bytes(&out[row]));
    assert_non_null(image);
    assert_ok(test_array_download(&out[row], image));
    for (int64_t i = 0; i < in.shape[0]; i += 1 + i / 1000)
        if (test_image_get(&out[row], image, i).re != rows[row].exact((long double)(i % 100)))
            fail_msg("%s: element %lld is wrong", rows[row].name, (long long)i);
    free(image);
}

static void f13_kernels_are_unloaded_while_they_run(void **state)
{
    const int64_t shape[1] = { num_elements() };
    assert_true(test_array_make(&in, conformance_device, EXPOPS_DTYPE_F32, 1, shape, TEST_COMPACT, 0));
    for (int64_t i = 0; i < shape[0]; i++)
        test_array_set(&in, i, (test_value){ (long double)(i % 100), 0 });
    assert_ok(test_array_upload(&in));
    for (size_t row = 0; row < ROWS; row++) {
        assert_true(test_array_make(out + row, conformance_device, rows[row].result, 1, shape, TEST_COMPACT, 0));
        assert_ok(test_array_upload(out + row));
    }
    assert_ok(expops_synchronize(conformance_device, NULL));
    for (int again = 0; again < 3; again++) { /* from the second time on the kernels come from the disk */
        for (size_t row = 0; row < ROWS; row++) {
            pthread_t thread;
            void *failed;
            assert_int_equal(pthread_create(&thread, NULL, launch_and_end, out + row), 0);
            pthread_join(thread, &failed);
            assert_null(failed);
        }
        assert_ok(expops_synchronize(conformance_device, NULL));
        for (size_t row = 0; row < ROWS; row++)
            expect_row(row);
    }
    for (size_t row = 0; row < ROWS; row++)
        test_array_free(out + row);
    test_array_free(&in);
}

const struct CMUnitTest conformance_unloading[] = {
    cmocka_unit_test(f13_kernels_are_unloaded_while_they_run),
};
const size_t conformance_num_unloading = sizeof(conformance_unloading) / sizeof(conformance_unloading[0]);
