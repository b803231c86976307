/* Values as no constructor makes them: a call says which argument is wrong, or takes the default; no operator's function
 * and no plan of another call sees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "draft/draft.h"
#include "fixture.h"
#include "operator.h"
#include "run/plan.h"
#include "draft/view.h"

static fixture_tensor x, y, out;

static int open_with_tensors(void **state)
{
    TENSOR_AT(&x, 0x100000, EXPOPS_DTYPE_F32, 4, 6);
    TENSOR_AT(&y, 0x200000, EXPOPS_DTYPE_F32, 4, 6);
    TENSOR_AT(&out, 0x300000, EXPOPS_DTYPE_F32, 4, 6);
    return fixture_open(state);
}

static expops_value made(uint32_t kind, uint32_t count, int64_t payload)
{
    return (expops_value){ kind, count, { .integer = payload } };
}

static void expect(expops_status got, expops_status wanted)
{
    if (got != wanted)
        fail_msg("%s (%s); expected %s", expops_status_name(got), expops_error_text(), expops_status_name(wanted));
}

/* Infer, call and prepare refuse it alike, and name the argument. */
static void refused(const char *name, const expops_value *args, size_t count, const char *argument)
{
    const expops_operator *op = expops_find(name);
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    char words[64];
    expops_result result;
    snprintf(words, sizeof words, "%s: argument %s", name, argument);
    expect(expops_infer(op, args, count, &result, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_non_null(strstr(expops_error_text(), words));
    expect(expops_call(op, fixture_device, NULL, args, count, &out.tensor, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_non_null(strstr(expops_error_text(), words));
    expect(expops_prepare(op, fixture_device, args, count, &out.tensor, 1, NULL), EXPOPS_ERR_INVALID_ARGUMENT);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches);
}

static void a8_missing_list_has_no_count(void **state)
{
    static const uint32_t counts[] = { 0, 1, 16, 17, UINT32_MAX };
    fixture_tensor all;
    expops_result result;
    TENSOR_AT(&all, 0x300000, EXPOPS_DTYPE_F32, -1);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const expops_value args[] = { expops_tensor_value(&x.tensor), made(EXPOPS_VALUE_NONE, counts[i], 1) };
        expect(expops_infer(expops_find("amin"), args, 2, &result, 1), EXPOPS_OK);
        assert_int_equal(result.ndim, 0);
        expect(expops_call(expops_find("amin"), fixture_device, NULL, args, 2, &all.tensor, 1), EXPOPS_OK);
    }
}

static void f8_absent_is_the_default_whatever_it_holds(void **state)
{
    const int64_t last[] = { -1 };
    expops_result result;
    const expops_value amin[] = { expops_tensor_value(&x.tensor), expops_ints(last, 1),
                                  made(EXPOPS_VALUE_NONE, 1, 1) }; /* keepdim */
    expect(expops_infer(expops_find("amin"), amin, 3, &result, 1), EXPOPS_OK);
    assert_int_equal(result.ndim, 1);
    const expops_value any[] = { expops_tensor_value(&x.tensor), expops_tensor_value(NULL) }; /* dim */
    expect(expops_infer(expops_find("amin"), any, 2, &result, 1), EXPOPS_OK);
    assert_int_equal(result.ndim, 0);
    const expops_value glu[] = { expops_tensor_value(&x.tensor), made(EXPOPS_VALUE_NONE, 1, 0) }; /* dim is -1 */
    expect(expops_infer(expops_find("glu"), glu, 2, &result, 1), EXPOPS_OK);
    assert_int_equal(result.shape[1], 3);
    const expops_value gelu[] = { expops_tensor_value(&x.tensor), made(EXPOPS_VALUE_NONE, 1, 1) };
    expect(expops_call(expops_find("gelu"), fixture_device, NULL, gelu, 2, &out.tensor, 1), EXPOPS_OK);
    assert_string_equal(fixture_define("XK_CHOICE"), "0");
    /* eye's m has a default that only the operator knows: n */
    const expops_value eye[] = { expops_int(5), made(EXPOPS_VALUE_NONE, 3, 7) };
    expect(expops_infer(expops_find("eye"), eye, 2, &result, 1), EXPOPS_OK);
    assert_int_equal(result.shape[1], 5);
}

static void f8_nothing_is_read_through_null(void **state)
{
    const expops_value self = expops_tensor_value(&x.tensor);
    const expops_value null_self[] = { made(EXPOPS_VALUE_TENSOR, 1, 0) }, no_self[] = { expops_tensor_value(NULL) };
    refused("silu", null_self, 1, "self");
    refused("silu", no_self, 1, "self");
    const expops_value null_other[] = { self, made(EXPOPS_VALUE_TENSOR, 1, 0) };
    refused("mul", null_other, 2, "other");
    const expops_value no_parts[] = { self, expops_complex(NULL) };
    refused("mul", no_parts, 2, "other");
    const expops_value null_list[] = { self, made(EXPOPS_VALUE_INTS, 2, 0) };
    refused("amin", null_list, 2, "dim");
    refused("permute", null_list, 2, "dims");
    refused("rms_norm", null_list, 2, "normalized_shape");
    static const int64_t seventeen[17];
    const expops_value long_list[] = { self, expops_ints(seventeen, 17) };
    refused("amin", long_list, 2, "dim");
    refused("new_ones", long_list, 2, "size");
    const expops_value no_list[] = { self, made(EXPOPS_VALUE_INTS, 0, 0) };
    expops_result result;
    expect(expops_infer(expops_find("amin"), no_list, 2, &result, 1), EXPOPS_OK);
    fixture_tensor broken = x;
    broken.tensor.shape = NULL;
    const expops_value no_shape[] = { expops_tensor_value(&broken.tensor) };
    refused("silu", no_shape, 1, "self");
    expect(expops_silu(fixture_device, NULL, &x.tensor, NULL), EXPOPS_ERR_INVALID_ARGUMENT);
    expect(expops_silu(fixture_device, NULL, &x.tensor, &broken.tensor), EXPOPS_ERR_INVALID_ARGUMENT);
}

static void f8_choices_out_of_range(void **state)
{
    static const int64_t wrong[] = { -1, 2, INT64_MIN, INT64_MAX };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const expops_value choice[] = { expops_tensor_value(&x.tensor), expops_choice(wrong[i]) },
                           as_int[] = { expops_tensor_value(&x.tensor), expops_int(wrong[i]) };
        refused("gelu", choice, 2, "approximate");
        refused("gelu", as_int, 2, "approximate");
    }
    static const int64_t dtypes[] = { -1, EXPOPS_DTYPE_COUNT, INT64_MIN, INT64_MAX };
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        const expops_value args[] = { expops_tensor_value(&x.tensor), expops_int(dtypes[i]) };
        refused("zeros_like", args, 2, "dtype");
    }
}

/* Every kind for every parameter, those that nobody has heard of, too. */
static void f8_kinds_that_do_not_fit(void **state)
{
    static const double parts[2];
    static const int64_t list[] = { 1 };
    const expops_value self = expops_tensor_value(&x.tensor), number = expops_real(1), complex = expops_complex(parts),
                       truth = expops_bool(1), integer = expops_int(1), ints = expops_ints(list, 1),
                       choice = expops_choice(0), unknown = made(8, 1, 0), garbage = made(0x10001, 1, 0);
    static const struct {
        const char *name, *argument;
        const char *fits; /* of the kinds below, by letter */
    } cases[] = { { "silu", "self", "t" },    { "mul", "other", "tnczi" },   { "softplus", "beta", "nczi" },
                  { "amin", "dim", "l" },     { "glu", "dim", "i" },         { "gelu", "approximate", "hi" },
                  { "copy", "src", "tnczi" }, { "zeros_like", "dtype", "i" } };
    const struct {
        char letter;
        expops_value value;
    } kinds[] = { { 't', self }, { 'n', number }, { 'c', complex }, { 'z', truth },  { 'i', integer },
                  { 'l', ints }, { 'h', choice }, { 'u', unknown }, { 'g', garbage } };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const size_t index = strcmp(cases[c].argument, "self") != 0;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            const expops_value args[] = { index ? self : kinds[k].value, kinds[k].value };
            if (!strchr(cases[c].fits, kinds[k].letter))
                refused(cases[c].name, args, index + 1, cases[c].argument);
        }
    }
    /* torch.amin(x, 0, keepdim=1): "argument 'keepdim' must be bool, not int"; torch.eye(True): "must be int, not bool" */
    const expops_value keepdim[] = { self, ints, integer }, eye[] = { truth };
    refused("amin", keepdim, 3, "keepdim");
    refused("eye", eye, 1, "n");
}

/* A plan that a good call made must not serve a bad one. */
static void f8_plans_are_not_taken_by_other_values(void **state)
{
    static const double parts[2] = { 1, 2 };
    fixture_tensor result, missing;
    TENSOR_AT(&result, 0x400000, EXPOPS_DTYPE_C64, 4, 6);
    const expops_operator *mul = expops_find("mul");
    expops_value args[] = { expops_tensor_value(&x.tensor), expops_complex(parts) };
    expect(expops_call(mul, fixture_device, NULL, args, 2, &result.tensor, 1), EXPOPS_OK);
    args[1].as.parts = NULL;
    expect(expops_call(mul, fixture_device, NULL, args, 2, &result.tensor, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    args[1] = expops_real(2);
    expect(expops_call(mul, fixture_device, NULL, args, 2, &out.tensor, 1), EXPOPS_OK);
    args[1] = made(EXPOPS_VALUE_REAL | 1 << 16, 0, 0); /* the count's bits in the kind */
    expect(expops_call(mul, fixture_device, NULL, args, 2, &out.tensor, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    args[1] = made(EXPOPS_VALUE_REAL | 1u << 31, 1, 0);
    expect(expops_call(mul, fixture_device, NULL, args, 2, &out.tensor, 1), EXPOPS_ERR_INVALID_ARGUMENT);
    /* an absent weight's words cannot spell a tensor's */
    const int64_t row[] = { 6 };
    expops_value norm[] = { expops_tensor_value(&x.tensor), expops_ints(row, 1), expops_none(), expops_real(1) };
    const expops_operator *rms_norm = expops_find("rms_norm");
    expect(expops_call(rms_norm, fixture_device, NULL, norm, 4, &out.tensor, 1), EXPOPS_OK);
    TENSOR_AT(&missing, 0x500000, EXPOPS_DTYPE_F32, 6);
    norm[2] = expops_tensor_value(&missing.tensor);
    expect(expops_call(rms_norm, fixture_device, NULL, norm, 4, &out.tensor, 1), EXPOPS_OK);
    assert_int_equal(null_backend.last.num_tensors, 3);
    norm[2].as.tensor = NULL;
    expect(expops_call(rms_norm, fixture_device, NULL, norm, 4, &out.tensor, 1), EXPOPS_ERR_INVALID_ARGUMENT);
}

/* A plan of a good descriptor must not serve a bad one: a rank with bits that no rank has, arrays that are missing. */
static void plans_are_not_taken_by_other_descriptors(void **state)
{
    for (int compact = 0; compact < 2; compact++) {
        fixture_tensor bad = x;
        const expops_tensor *self = &bad.tensor;
        bad.tensor.shape = bad.shape;
        bad.tensor.strides = compact ? NULL : bad.strides;
        expect(expops_silu(fixture_device, NULL, self, &out.tensor), EXPOPS_OK);
        for (int bit = 5; bit < 32; bit++) {
            bad.tensor.ndim = (int32_t)(2 | 1u << bit);
            expect(expops_silu(fixture_device, NULL, self, &out.tensor), EXPOPS_ERR_SHAPE);
        }
        bad.tensor.ndim = 2;
        bad.tensor.shape = NULL;
        expect(expops_silu(fixture_device, NULL, self, &out.tensor), EXPOPS_ERR_INVALID_ARGUMENT);
    }
}

/* What the draft reads of a number decides the plan, not where the number lies. */
static expops_status times(expops_draft *d)
{
    expops_view out;
    EXPOPS_TRY(expops_draft_like(d, 0, &out));
    expops_leaf *leaf = expops_draft_leaf(d, d->op, EXPOPS_FAMILY_POINTWISE, &out);
    expops_leaf_argument(leaf, 0);
    expops_leaf_constant(leaf, expops_number_value(d->op, 1, d->args + 1), 0);
    return EXPOPS_OK;
}

static void plans_are_made_for_what_a_complex_number_holds(void **state)
{
    const expops_operator op = { .name = "times",
                                 .dtypes = FLOATING | COMPLEX,
                                 .parameters = { TENSOR("self"), NUMBER("factor", .drafted = 1) },
                                 .draft = times };
    double parts[2] = { 2, 0 };
    const expops_value args[] = { expops_tensor_value(&x.tensor), expops_complex(parts) };
    null_backend.offers = 1;
    for (; parts[0] < 5; parts[0]++) {
        float got;
        expect(expops_call(&op, fixture_device, NULL, args, 2, &out.tensor, 1), EXPOPS_OK);
        memcpy(&got, null_backend.last.params, sizeof got);
        assert_true(got == (float)parts[0]);
    }
    null_backend.offers = 0;
    expops_plan_forget(); /* the operator goes */
}

/* --- what an operator's author may get wrong --- */

/* A row beside another: a tensor of too few elements is never read past its end. */
static expops_status loss(expops_draft *d)
{
    uint8_t walked[EXPOPS_MAX_RANK];
    expops_view out;
    EXPOPS_TRY(expops_view_dims(d->tensor, (const int64_t[]){ -1 }, 1, walked));
    EXPOPS_TRY(expops_draft_reduced(d, d->tensor, walked, 0, 0, &out));
    expops_leaf *leaf = expops_draft_reduce(d, d->op, d->tensor, walked, &out, 0);
    expops_leaf_row_argument(leaf, 0, d->tensor, walked);
    expops_leaf_row_argument(leaf, 1, d->tensor + 1, walked);
    return EXPOPS_OK;
}

static void a9_tensors_beside_a_row_broadcast(void **state)
{
    static const expops_operator op = { .name = "loss",
                                        .family = EXPOPS_FAMILY_REDUCE,
                                        .dtypes = FLOATING,
                                        .parameters = { TENSOR("self"), TENSOR("target") },
                                        .draft = loss };
    fixture_tensor small;
    expops_result result;
    TENSOR_AT(&small, 0x200000, EXPOPS_DTYPE_F32, 4, 2);
    const expops_value args[] = { expops_tensor_value(&x.tensor), expops_tensor_value(&small.tensor) },
                       good[] = { expops_tensor_value(&x.tensor), expops_tensor_value(&y.tensor) };
    expect(expops_infer(&op, args, 2, &result, 1), EXPOPS_ERR_SHAPE);
    assert_non_null(strstr(expops_error_text(), "loss: shape (4, 2) does not broadcast to (4, 6)"));
    expect(expops_infer(&op, good, 2, &result, 1), EXPOPS_OK);
    assert_int_equal(result.ndim, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a8_missing_list_has_no_count),
        cmocka_unit_test(f8_absent_is_the_default_whatever_it_holds),
        cmocka_unit_test(f8_nothing_is_read_through_null),
        cmocka_unit_test(f8_choices_out_of_range),
        cmocka_unit_test(f8_kinds_that_do_not_fit),
        cmocka_unit_test(f8_plans_are_not_taken_by_other_values),
        cmocka_unit_test(plans_are_not_taken_by_other_descriptors),
        cmocka_unit_test(plans_are_made_for_what_a_complex_number_holds),
        cmocka_unit_test(a9_tensors_beside_a_row_broadcast),
    };
    return cmocka_run_group_tests_name("values", tests, open_with_tensors, fixture_close);
}
