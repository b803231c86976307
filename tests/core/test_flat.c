/* Where vectors are cut from the whole output, and where they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
#include "problem_of.h"
#include "registry.h"
#include "specialize/specialize.h"

static const uintptr_t HERE = 0x100000, THERE = 0x4000000000, OUT = 0x8000000000;

static char variant[16];
static expops_steps steps;

static void specialize(const char *name, const expops_value *args, const expops_tensor *out)
{
    expops_problem problem;
    const expops_operator *op = expops_find(name);
    expops_steps_free(&steps);
    if (problem_of(op, fixture_device, args, out, 1, &problem) != EXPOPS_OK ||
        expops_specialize(&problem, fixture_device, &steps) != EXPOPS_OK)
        fail_msg("%s", expops_error_text());
    assert_int_equal(steps.count, 1);
    snprintf(variant, sizeof variant, "%s", steps.step[0].variant);
}

static void multiply(const fixture_tensor *x, const fixture_tensor *y, const fixture_tensor *out)
{
    const expops_value args[] = { expops_tensor_value(&x->tensor), expops_tensor_value(&y->tensor) };
    specialize("mul", args, &out->tensor);
}

static void make_eye(int64_t n, int64_t m, const fixture_tensor *out)
{
    expops_dtype dtype;
    assert_int_equal(expops_dtype_from_dl(out->tensor.dtype, &dtype), EXPOPS_OK);
    const expops_value args[] = { expops_int(n), expops_int(m), expops_int((int64_t)dtype) };
    specialize("eye", args, &out->tensor);
}

/* Of the first input, the second, and the width. */
static void expect(const char *wanted, const char *first, const char *second, unsigned vector)
{
    char define[64];
    const char *const reaches[] = { first, second };
    assert_string_equal(variant, wanted);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(define, sizeof define, "#define XK_K%u %s\n", i, reaches[i] ? reaches[i] : "");
        if (reaches[i] && !strstr(steps.step[0].defines.data, define))
            fail_msg("not %s in %s", define, steps.step[0].defines.data);
    }
    snprintf(define, sizeof define, "#define XK_VEC %u\n", vector);
    if (!strstr(steps.step[0].defines.data, define))
        fail_msg("not %s in %s", define, steps.step[0].defines.data);
}

static int has(const char *line)
{
    return strstr(steps.step[0].defines.data, line) != NULL;
}

static void positions(void **state)
{
    fixture_tensor out;
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F16, 1001, 1001);
    make_eye(1001, 1001, &out);
    expect("flat", NULL, NULL, 8);
    assert_true(has("#define XK_TAIL 1\n"));
    assert_int_equal(steps.step[0].grid, (1001 * 1001 / 8 + 1 + 255) / 256);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F16, 1024, 1001);
    make_eye(1024, 1001, &out);
    expect("flat", NULL, NULL, 8);
    assert_true(has("#define XK_TAIL 0\n"));
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F16, 1001, 1000);
    make_eye(1001, 1000, &out);
    expect("pointwise", NULL, NULL, 8);
}

static void broadcast_along_rows_and_columns(void **state)
{
    fixture_tensor column, row, whole, out;
    TENSOR_AT(&column, HERE, EXPOPS_DTYPE_F32, 1000, 1);
    TENSOR_AT(&row, HERE, EXPOPS_DTYPE_F32, 37);
    TENSOR_AT(&whole, THERE, EXPOPS_DTYPE_F32, 1000, 37);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F32, 1000, 37);
    multiply(&column, &whole, &out);
    expect("flat", "B", "C", 4);
    multiply(&whole, &row, &out);
    expect("flat", "C", "S", 4);
    TENSOR_AT(&row, THERE, EXPOPS_DTYPE_F32, 37);
    multiply(&column, &row, &out);
    expect("flat", "B", "S", 4);
}

static void channels(void **state)
{
    fixture_tensor weight, whole, out;
    TENSOR_AT(&weight, HERE, EXPOPS_DTYPE_BF16, 3, 1, 1);
    TENSOR_AT(&whole, THERE, EXPOPS_DTYPE_BF16, 2, 3, 7, 7);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_BF16, 2, 3, 7, 7);
    multiply(&whole, &weight, &out);
    expect("flat", "C", "B", 8);
    assert_true(has("#define XK_RANK 3\n"));
    TENSOR_AT(&whole, THERE, EXPOPS_DTYPE_BF16, 2, 3, 8, 8);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_BF16, 2, 3, 8, 8);
    multiply(&whole, &weight, &out);
    expect("pointwise", "C", "B", 8);
}

/* Vectors are narrower where rows are short, and rows of one element or a multiple of what is possible need none of this. */
static void short_rows(void **state)
{
    static const struct {
        int64_t length;
        const char *variant;
        unsigned vector;
    } cases[] = { { 2, "pointwise", 2 }, { 3, "flat", 2 },  { 4, "pointwise", 4 }, { 5, "flat", 4 },
                  { 7, "flat", 4 },      { 12, "flat", 8 }, { 16, "pointwise", 8 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_tensor column, whole, out;
        TENSOR_AT(&column, HERE, EXPOPS_DTYPE_F16, 100, 1);
        TENSOR_AT(&whole, THERE, EXPOPS_DTYPE_F16, 100, cases[i].length);
        TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F16, 100, cases[i].length);
        multiply(&column, &whole, &out);
        expect(cases[i].variant, "B", "C", cases[i].vector);
    }
}

static void only_aligned_and_contiguous_outputs(void **state)
{
    fixture_tensor column, whole, out;
    TENSOR_AT(&column, HERE, EXPOPS_DTYPE_F32, 1000, 1);
    TENSOR_AT(&whole, THERE, EXPOPS_DTYPE_F32, 1000, 37);
    TENSOR_AT(&out, OUT + 4, EXPOPS_DTYPE_F32, 1000, 37);
    multiply(&column, &whole, &out);
    expect("pointwise", "B", "C", 1);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F32, 1000, 37);
    out.strides[0] = 40;
    multiply(&column, &whole, &out);
    expect("pointwise", "B", "C", 1);
    /* An input that is not aligned is read element by element. */
    TENSOR_AT(&whole, THERE + 4, EXPOPS_DTYPE_F32, 1000, 37);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_F32, 1000, 37);
    multiply(&column, &whole, &out);
    expect("flat", "B", "S", 4);
    /* Contiguous throughout is one dimension, whatever its length. */
    TENSOR_AT(&column, HERE, EXPOPS_DTYPE_F32, 1000, 37);
    multiply(&column, &whole, &out);
    expect("pointwise", "C", "S", 4);
}

static void wide_indices(void **state)
{
    fixture_tensor column, whole, out;
    TENSOR_AT(&column, HERE, EXPOPS_DTYPE_I8, 10000, 1);
    TENSOR_AT(&whole, THERE, EXPOPS_DTYPE_I8, 10000, 300001);
    TENSOR_AT(&out, OUT, EXPOPS_DTYPE_I8, 10000, 300001);
    multiply(&column, &whole, &out);
    expect("flat", "B", "C", 16);
    assert_true(has("#define XK_INDEX64 1\n"));
}

static int close_all(void **state)
{
    expops_steps_free(&steps);
    return fixture_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions),
        cmocka_unit_test(broadcast_along_rows_and_columns),
        cmocka_unit_test(channels),
        cmocka_unit_test(short_rows),
        cmocka_unit_test(only_aligned_and_contiguous_outputs),
        cmocka_unit_test(wide_indices),
    };
    return cmocka_run_group_tests_name("flat", tests, fixture_open, close_all);
}
