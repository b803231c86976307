/* How many launches a list of tensors takes on a device that compiles kernels, and which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
#include "run/plan.h"

enum { MOST = 130 };

static const uintptr_t OUT = 0x4000000000, IN = 0x8000000000, APART = 0x10000000;

static fixture_tensor item[MOST], out;
static const expops_tensor *list[MOST];

static void fill(uint32_t count, int64_t rows, int64_t columns)
{
    for (uint32_t i = 0; i < count; i++) {
        TENSOR_AT(item + i, IN + i * APART, EXPOPS_DTYPE_F32, rows, columns);
        list[i] = &item[i].tensor;
    }
}

/* Launches of a call that joins or stacks the first tensors. */
static unsigned launches_of(expops_status (*call)(expops_device *, void *, const expops_tensor *const *, uint32_t,
                                                  int64_t, const expops_tensor *),
                            uint32_t count, int64_t dim)
{
    const unsigned before = null_backend.calls[NULL_LAUNCH];
    const expops_status status = call(fixture_device, NULL, list, count, dim, &out.tensor);
    if (status != EXPOPS_OK)
        fail_msg("%u tensors: %s", count, expops_error_text());
    return null_backend.calls[NULL_LAUNCH] - before;
}

static unsigned joined(uint32_t count, int64_t rows, int64_t columns, int64_t dim)
{
    fill(count, rows, columns);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F32, dim ? rows : count * rows, dim ? count * columns : columns);
    return launches_of(expops_cat, count, dim);
}

static unsigned stacked(uint32_t count, int64_t dim)
{
    fill(count, 6, 10);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F32, dim == 0 ? count : 6, dim == 0 ? 6 : 10, dim == 0 ? 10 : count);
    return launches_of(expops_stack, count, dim);
}

static uintptr_t address_of(uint32_t tensor)
{
    return (uintptr_t)null_backend.last.tensors[tensor].data + null_backend.last.tensors[tensor].byte_offset;
}

static void up_to_64_are_one_launch(void **state)
{
    static const struct {
        uint32_t count, launches;
    } cases[] = { { 1, 1 }, { 2, 1 }, { 16, 1 }, { 17, 1 }, { 63, 1 }, { 64, 1 }, { 65, 2 }, { 128, 2 }, { 130, 3 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(joined(cases[i].count, 3, 5, 0), cases[i].launches);
        assert_int_equal(joined(cases[i].count, 3, 5, 1), cases[i].launches);
        assert_int_equal(stacked(cases[i].count, 0), cases[i].launches);
        assert_int_equal(stacked(cases[i].count, 2), cases[i].launches);
    }
}

static void the_output_comes_first(void **state)
{
    assert_int_equal(joined(5, 4, 4, 0), 1);
    assert_int_equal(null_backend.last.num_tensors, 1 + 8);
    assert_true(address_of(0) == OUT);
    for (uint32_t i = 0; i < 5; i++)
        assert_true(address_of(1 + i) == IN + i * APART);
}

/* Neither another length of the list nor other sizes are another kernel where vectors stay the same. */
static void kernels_are_shared(void **state)
{
    joined(33, 4, 4, 0);
    const unsigned compiled = null_backend.calls[NULL_COMPILE];
    joined(64, 8, 4, 0);
    joined(40, 20, 20, 0);
    joined(50, 16, 20, 1);
    assert_int_equal(null_backend.calls[NULL_COMPILE], compiled);
    assert_string_equal(fixture_define("XK_O"), "b128");
    joined(33, 3, 6, 0);
    assert_string_equal(fixture_define("XK_O"), "b64");
}

/* A call that is made again finds its plan: nothing is compiled, and memory is another one's. */
static void again_with_other_addresses(void **state)
{
    assert_int_equal(joined(7, 4, 4, 0), 1);
    const unsigned compiled = null_backend.calls[NULL_COMPILE];
    item[6].tensor.data = (void *)(IN + 77 * APART);
    assert_int_equal(launches_of(expops_cat, 7, 0), 1);
    assert_int_equal(null_backend.calls[NULL_COMPILE], compiled);
    assert_true(address_of(7) == IN + 77 * APART);
}

static void another_type_is_launched_by_itself(void **state)
{
    joined(20, 4, 4, 0);
    for (uint32_t i = 3; i < 20; i += 10)
        TENSOR_AT(item + i, IN + i * APART, EXPOPS_DTYPE_I8, 4, 4);
    assert_int_equal(launches_of(expops_cat, 20, 0), 1 + 2);
}

/* Nothing is launched for what has no elements. */
static void empty_ones_count_for_nothing(void **state)
{
    joined(65, 4, 4, 0);
    TENSOR_AT(item + 9, IN, EXPOPS_DTYPE_F32, 0);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F32, 64 * 4, 4);
    assert_int_equal(launches_of(expops_cat, 65, 0), 1);
}

/* A large one that has to be turned keeps the kernel that stages it. */
static void a_large_transposed_one_is_launched_by_itself(void **state)
{
    joined(4, 512, 512, 0);
    item[2].strides[0] = 1;
    item[2].strides[1] = 512;
    assert_int_equal(launches_of(expops_cat, 4, 0), 2);
    joined(4, 16, 16, 0);
    item[2].strides[0] = 1;
    item[2].strides[1] = 16;
    assert_int_equal(launches_of(expops_cat, 4, 0), 1);
}

static void overlap_is_refused(void **state)
{
    joined(4, 4, 4, 0);
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    item[0].tensor.data = (void *)(OUT + 3 * 64); /* where the last one goes */
    assert_int_equal(expops_cat(fixture_device, NULL, list, 4, 0, &out.tensor), EXPOPS_ERR_OVERLAP);
    item[0].tensor.data = (void *)OUT; /* its own place: the kernel might write it before the others are read */
    assert_int_equal(expops_cat(fixture_device, NULL, list, 4, 0, &out.tensor), EXPOPS_ERR_OVERLAP);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches);
}

/* As many as fit in the arguments that the device takes; a plugin that does not say gets no more tensors than it used to. */
static void arguments_are_limited(void **state)
{
    uint32_t *most = (uint32_t *)&expops_device_get_info(fixture_device)->argument_bytes;
    const uint32_t before = *most;
    *most = 1024;
    assert_int_equal(joined(64, 5, 5, 0), 4);
    assert_true(8 * null_backend.last.num_tensors + null_backend.last.params_bytes <= 1024);
    *most = 0;
    assert_int_equal(joined(48, 6, 5, 0), 6);
    assert_true(null_backend.last.num_tensors <= 9);
    *most = before;
}

/* The error names the operator, and nothing is kept: the next call compiles. */
static void a_compiler_that_fails(void **state)
{
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    fill(90, 11, 6);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F32, 90 * 11, 6);
    null_backend_fail(NULL_COMPILE, 1, EXPOPS_ERR_COMPILE); /* the second list's: the first one's kernel is there */
    assert_int_equal(expops_cat(fixture_device, NULL, list, 90, 0, &out.tensor), EXPOPS_ERR_COMPILE);
    assert_non_null(strstr(expops_error_text(), "cat"));
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches);
    assert_int_equal(launches_of(expops_cat, 90, 0), 2);
}

/* Three tensors' copies that the backend offers: one launch where it joins them, which gets the tensors of each. */
static void offered_kernels_are_joined(void **state)
{
    const int kernels = null_backend.live_kernels;
    null_backend.offers = 1;
    assert_int_equal(joined(3, 7, 5, 0), 3);
    expops_plan_forget();
    null_backend.joins = 1;
    assert_int_equal(joined(3, 7, 5, 0), 1);
    null_backend.offers = null_backend.joins = 0;
    assert_int_equal(null_backend.last.offered, 3);
    assert_int_equal(null_backend.last.num_tensors, 6);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(address_of(2 * i), OUT + i * 7 * 5 * sizeof(float));
        assert_int_equal(address_of(2 * i + 1), IN + i * APART);
    }
    assert_int_equal(null_backend.live_kernels, kernels + 1);
    expops_plan_forget();
    assert_int_equal(null_backend.live_kernels, kernels);
}

static void a_backend_that_fails_to_join(void **state)
{
    const int kernels = null_backend.live_kernels;
    fill(3, 8, 5);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F32, 3 * 8, 5);
    null_backend.offers = null_backend.joins = 1;
    null_backend_fail(NULL_JOIN, 1, EXPOPS_ERR_OUT_OF_MEMORY);
    assert_int_equal(expops_cat(fixture_device, NULL, list, 3, 0, &out.tensor), EXPOPS_ERR_OUT_OF_MEMORY);
    assert_non_null(strstr(expops_error_text(), "joining 3 kernels"));
    null_backend.offers = null_backend.joins = 0;
    assert_int_equal(null_backend.live_kernels, kernels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_to_64_are_one_launch),
        cmocka_unit_test(the_output_comes_first),
        cmocka_unit_test(kernels_are_shared),
        cmocka_unit_test(again_with_other_addresses),
        cmocka_unit_test(another_type_is_launched_by_itself),
        cmocka_unit_test(empty_ones_count_for_nothing),
        cmocka_unit_test(a_large_transposed_one_is_launched_by_itself),
        cmocka_unit_test(overlap_is_refused),
        cmocka_unit_test(arguments_are_limited),
        cmocka_unit_test(a_compiler_that_fails),
        cmocka_unit_test(offered_kernels_are_joined),
        cmocka_unit_test(a_backend_that_fails_to_join),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
