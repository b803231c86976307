/* Running a case of PyTorch's answers. */
#include "golden_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

/* A result whose size elements decide is asked for as large as PyTorch's. */
static int shape_differs(test_call *call, const golden_tensor *expect)
{
    if (call->result.flags & EXPOPS_RESULT_UP_TO && expect->ndim == 1 && expect->shape[0] < call->result.shape[0])
        call->result.shape[0] = expect->shape[0];
    int same = call->result.ndim == expect->ndim && call->result.dtype == expect->dtype;
    for (int32_t i = 0; same && i < expect->ndim; i++)
        same = call->result.shape[i] == expect->shape[i];
    if (same)
        return 0;
    char shapes[2][200] = { "", "" };
    const int64_t *both[2] = { call->result.shape, expect->shape };
    const int32_t ranks[2] = { call->result.ndim, expect->ndim };
    for (int k = 0; k < 2; k++)
        for (int32_t i = 0, used = 0; i < ranks[k] && used < 180; i++)
            used += snprintf(shapes[k] + used, sizeof(shapes[k]) - (size_t)used, " %lld", (long long)both[k][i]);
    return test_report(call, "the result is %s [%s ], PyTorch's %s [%s ]", expops_dtype_name(call->result.dtype),
                       shapes[0], expops_dtype_name(expect->dtype), shapes[1]);
}

/* The reference that speaks of one element of the output, or NULL: it knows nothing of complex numbers and of views. */
static const test_reference *element_reference(const test_call *call)
{
    const test_reference *reference = test_reference_find(call->op->name);
    return reference && reference->element && test_is_elementwise(call->op) && !test_is_complex(call->types.common)
               ? reference
               : NULL;
}

/* What knows of all elements: the row reference's answers, or NULL, and what of the operands has a part in each. */
typedef struct golden_judge {
    test_answer *rows;
    test_terms terms;
} golden_judge;

/* The slack that the reference grants where several operands are rounded, and that of terms that cancel. */
static long double slack_at(const test_call *call, int64_t position, const golden_judge *judge)
{
    const test_reference *reference = element_reference(call);
    const long double own = reference ? test_answer_pointwise(call, reference, position).slack : 0;
    return own + (judge->rows ? judge->rows[position].slack : test_terms_slack(call, &judge->terms, position));
}

/* The reference's own answer, for results that PyTorch computed in the type itself and so with errors of its own. */
static int reference_accepts(const test_call *call, int64_t position, const test_answer *rows, test_value actual)
{
    const test_reference *reference = element_reference(call);
    if (!reference && !rows)
        return 0;
    const test_answer answer = rows ? rows[position] : test_answer_pointwise(call, reference, position);
    return isfinite(answer.value.re) && !answer.unknown && test_answer_accepts(call, &answer, actual, 0);
}

/* Whether the double precision answer is as far from the reference's as roundings of numbers around 1 bring it: near a
 * function's zeros PyTorch's formulas keep no digits (pi * x is rounded before its sine is taken), and the reference
 * decides. */
static int is_lost_to_rounding(const test_call *call, int64_t position, test_value expect64)
{
    const test_reference *reference = element_reference(call);
    return reference && fabsl(test_answer_pointwise(call, reference, position).value.re - expect64.re) < 4 * 0x1p-52L;
}

/* Judged by the answer computed in double precision, where there is one; PyTorch's own answer in the result's type
 * settles special values and is accepted too: exactly in half precision, within the bound otherwise. */
static int element_fails(test_call *call, int64_t position, test_value actual, test_value expect,
                         const test_value *expect64, const golden_judge *judge)
{
    const int half = call->result.dtype == EXPOPS_DTYPE_F16 || call->result.dtype == EXPOPS_DTYPE_BF16;
    test_answer own = { .value = expect };
    if (isnan(expect.re) || isinf(expect.re) || !test_bound(call->op, call->result.dtype)) {
        if (test_answer_accepts(call, &own, actual, 0))
            return 0;
        if (isnan(expect.re) || !isfinite(actual.re))
            return test_judge_report(call, position, actual, expect);
    }
    const long double slack = slack_at(call, position, judge);
    if (expect64) {
        const test_answer exact = { .value = *expect64, .slack = slack };
        if (test_answer_accepts(call, &exact, actual, 0))
            return 0;
    }
    own.slack = half ? 0 : slack;
    const int close =
        half ? actual.re == expect.re && actual.im == expect.im : test_answer_accepts(call, &own, actual, 0);
    const int itself =
        call->result.dtype == EXPOPS_DTYPE_F64; /* what is called the more precise answer is of the same type */
    const int is_open = !expect64 || itself || is_lost_to_rounding(call, position, *expect64);
    if (close || (is_open && isfinite(expect.re) && reference_accepts(call, position, judge->rows, actual)))
        return 0;
    return test_judge_report(call, position, actual, expect64 ? *expect64 : expect);
}

static int values_differ(const test_golden *golden, test_call *call, const golden_tensor *expect,
                         const golden_tensor *expect64)
{
    const test_array *out = test_call_out(call);
    const int64_t numel = test_array_numel(out);
    const golden_judge judge = { test_row_answers(call), test_terms_of(call) };
    int wrong = 0;
    for (int64_t k = 0; k < numel; k++) {
        const test_value actual = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, k));
        const test_value exact = expect64 ? golden_element(golden, expect64, k) : (test_value){ 0, 0 };
        wrong += element_fails(call, k, actual, golden_element(golden, expect, k), expect64 ? &exact : NULL, &judge);
    }
    free(judge.rows);
    return wrong;
}

/* Whether the view that the library gives in place of a copy has the answer's elements, in the argument's own memory. */
static int view_differs(const test_golden *golden, test_call *call, const golden_tensor *expect)
{
    const test_array *self = &call->arrays[0];
    test_array view = *self;
    expops_result result;
    int wrong = 0;
    if (expops_view_of(call->op, call->args, call->num_args, &result) != EXPOPS_OK)
        return test_report(call, "an alias, but expops_view_of says: %s", expops_error_text());
    const size_t bytes = expops_dtype_bytes(result.dtype), shift = result.byte_offset - self->tensor.byte_offset;
    view.dtype = result.dtype;
    view.ndim = result.ndim;
    view.first = self->first * (int64_t)(expops_dtype_bytes(self->dtype) / bytes) + (int64_t)(shift / bytes);
    memcpy(view.shape, result.shape, sizeof(view.shape));
    memcpy(view.strides, result.strides, sizeof(view.strides));
    const int64_t numel = test_array_numel(&view);
    for (int64_t k = 0; k < numel; k++) {
        const test_value actual = test_array_get(&view, test_array_index(&view, view.ndim, view.shape, k));
        const test_answer answer = { .value = golden_element(golden, expect, k) };
        if (!test_answer_accepts(call, &answer, actual, 0))
            wrong += test_judge_report(call, k, actual, answer.value);
    }
    return wrong;
}

/* The answer to output `index`: an operator of several has a list of them. */
static struct json_object *answer_of(struct json_object *answers, size_t index)
{
    return json_object_is_type(answers, json_type_array) ? json_object_array_get_idx(answers, index) : answers;
}

typedef struct answer {
    golden_tensor expect, expect64;
    int has_expect64;
} answer;

static int read_answer(const test_golden *golden, struct json_object *json, test_call *call, size_t index, answer *to)
{
    struct json_object *value = NULL;
    json_object_object_get_ex(json, "expect", &value);
    if (!golden_tensor_of(golden, answer_of(value, index), &to->expect))
        return test_report(call, "the case's answer cannot be read");
    to->has_expect64 = json_object_object_get_ex(json, "expect64", &value) && value;
    if (to->has_expect64 && !golden_tensor_of(golden, answer_of(value, index), &to->expect64))
        return test_report(call, "the case's double precision answer cannot be read");
    return 0;
}

static int check_shapes(test_call *call, const answer *answers, size_t count)
{
    int failures = 0;
    for (size_t i = 0; i < count; i++) {
        test_call_swap(call, i);
        failures += shape_differs(call, &answers[i].expect);
        test_call_swap(call, i);
    }
    return failures;
}

static int check_values(const test_golden *golden, test_call *call, const answer *answers, size_t count)
{
    const expops_dtype first = call->types.result;
    int failures = 0;
    for (size_t i = 0; i < count; i++) {
        test_call_swap(call, i);
        call->types.result = i ? call->result.dtype : first;
        failures +=
            values_differ(golden, call, &answers[i].expect, answers[i].has_expect64 ? &answers[i].expect64 : NULL);
        test_call_swap(call, i);
    }
    call->types.result = first;
    return failures;
}

static int run(const test_golden *golden, struct json_object *json, test_call *call)
{
    answer answers[EXPOPS_MAX_OUTPUTS];
    const size_t count = test_call_outputs(call);
    for (size_t i = 0; i < count; i++)
        if (read_answer(golden, json, call, i, answers + i))
            return 1;
    if (golden_arguments(golden, json, call) || test_call_infer(call) || check_shapes(call, answers, count))
        return 1;
    if (call->result.flags & EXPOPS_RESULT_ALIAS && view_differs(golden, call, &answers->expect))
        return 1;
    if (!test_call_output(call, answers->expect.dtype, TEST_COMPACT, 0))
        return test_report(call, "no memory for the output");
    const int failures = test_call_run(call);
    if (failures)
        return failures > 0 ? failures : 0;
    return check_values(golden, call, answers, count);
}

int test_golden_run(const test_golden *golden, size_t index, expops_device *device, const expops_operator *op)
{
    test_call call;
    char title[60];
    snprintf(title, sizeof(title), "PyTorch's case %s", golden->cases[index].name);
    test_call_begin(&call, device, op, title);
    const int failures = run(golden, golden->cases[index].json, &call);
    test_call_end(&call);
    return failures;
}
