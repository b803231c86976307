/* Tensors of the library's own and operators by name: what is wrong is said, and nothing is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"

static int64_t shape[] = { 2, 3 };

static void says(expops_status got, expops_status wanted, const char *words)
{
    assert_int_equal(got, wanted);
    if (!strstr(expops_error_text(), words))
        fail_msg("\"%s\" lacks \"%s\"", expops_error_text(), words);
}

static void arrays_that_cannot_be(void **state)
{
    const int64_t below[] = { 2, -3 }, huge[] = { INT64_MAX, 2 };
    expops_tensor *made = (expops_tensor *)shape;
    says(expops_array_new(fixture_device, EXPOPS_DTYPE_F32, 2, shape, NULL, NULL), EXPOPS_ERR_INVALID_ARGUMENT,
         "expops_array_new: out_array is NULL");
    says(expops_array_new(fixture_device, EXPOPS_DTYPE_F32, 2, NULL, NULL, &made), EXPOPS_ERR_INVALID_ARGUMENT,
         "expops_array_new: shape is NULL");
    assert_null(made);
    says(expops_array_new(fixture_device, EXPOPS_DTYPE_COUNT, 2, shape, NULL, &made), EXPOPS_ERR_INVALID_ARGUMENT,
         "of a known type");
    says(expops_array_new(fixture_device, EXPOPS_DTYPE_F32, -1, shape, NULL, &made), EXPOPS_ERR_INVALID_ARGUMENT,
         "-1 dimensions");
    says(expops_array_new(fixture_device, EXPOPS_DTYPE_F32, 2, below, NULL, &made), EXPOPS_ERR_SHAPE, "size -3");
    says(expops_array_new(fixture_device, EXPOPS_DTYPE_F32, 2, huge, NULL, &made), EXPOPS_ERR_SHAPE, "64 bits");
}

static void arrays_that_cannot_be_read(void **state)
{
    int64_t turned[] = { 1, 2 };
    float data[6];
    fixture_tensor x;
    TENSOR_AT(&x, 0x100000, EXPOPS_DTYPE_F32, 2, 3);
    says(expops_array_read(fixture_device, NULL, data, sizeof data), EXPOPS_ERR_INVALID_ARGUMENT, "the tensor is NULL");
    says(expops_array_read(fixture_device, &x.tensor, data, 23), EXPOPS_ERR_SHAPE, "23 bytes; the tensor has 24");
    says(expops_array_read(fixture_device, &x.tensor, NULL, sizeof data), EXPOPS_ERR_INVALID_ARGUMENT,
         "destination is NULL");
    x.tensor.strides = turned;
    says(expops_array_read(fixture_device, &x.tensor, data, sizeof data), EXPOPS_ERR_SHAPE, "strides");
}

/* Whatever went wrong, what is freed afterwards is NULL. */
static void runs_that_fail(void **state)
{
    static const struct {
        const char *name;
        size_t num_args, num_outs;
        const char *words;
    } wrong[] = { { "siluu", 1, 1, "expops_run: there is no operator \"siluu\"; did you mean \"silu\"?" },
                  { NULL, 1, 1, "there is no operator \"\"" },
                  { "silu", 0, 1, "silu: argument self" },
                  { "silu", 1, 2, "silu: room for 2 results" },
                  { "silu", 1, 9, "silu: room for 9 results" } };
    fixture_tensor x;
    TENSOR_AT(&x, 0x100000, EXPOPS_DTYPE_F32, 2, 3);
    const expops_value args[] = { expops_tensor_value(&x.tensor) };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        expops_tensor *outs[9] = { &x.tensor, &x.tensor };
        says(expops_run(wrong[i].name, fixture_device, args, wrong[i].num_args, outs, wrong[i].num_outs),
             EXPOPS_ERR_INVALID_ARGUMENT, wrong[i].words);
        assert_null(outs[0]);
        assert_ptr_equal(outs[1], wrong[i].num_outs > 1 ? NULL : &x.tensor);
    }
    says(expops_run("silu", fixture_device, args, 1, NULL, 1), EXPOPS_ERR_INVALID_ARGUMENT, "room for 0 results");
}

/* A name that is no operator's, as a caller meets it who did not look. */
static void nothing_is_known_of_no_operator(void **state)
{
    const expops_operator *none = expops_find("slu");
    expops_parameter_info info;
    assert_null(none);
    assert_string_equal(expops_operator_name(none), "");
    assert_string_equal(expops_operator_doc(none), "");
    assert_null(expops_operator_alias(none, 0));
    assert_null(expops_operator_output(none, 0));
    assert_null(expops_operator_copy_name(none));
    assert_int_equal(expops_operator_parameter_count(none), 0);
    assert_int_equal(expops_operator_parameter(none, 0, &info), 0);
    assert_int_equal(expops_operator_parameter(expops_find("silu"), 0, NULL), 0);
    assert_int_equal(expops_operator_in_place(none), 0);
    assert_int_equal(expops_operator_dtypes(none), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(arrays_that_cannot_be),
                                        cmocka_unit_test(arrays_that_cannot_be_read), cmocka_unit_test(runs_that_fail),
                                        cmocka_unit_test(nothing_is_known_of_no_operator) };
    return cmocka_run_group_tests_name("arrays", tests, fixture_open, fixture_close);
}
