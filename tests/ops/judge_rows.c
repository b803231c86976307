/* Whether the results of an operator over rows are right. */
#include "judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Dimensions by number, all where none is named; of a map that takes a list, the sizes of the last ones. */
static void find_walked(const test_call *call, int32_t ndim, test_row_plan *plan)
{
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_value *value = &call->args[i];
        const int list = call->op->parameters[i].kind == EXPOPS_PARAMETER_INTS;
        const uint32_t count = list && value->kind == EXPOPS_VALUE_INTS ? value->count : 0;
        if (call->op->parameters[i].kind == EXPOPS_PARAMETER_BOOL)
            plan->keepdim = value->kind == EXPOPS_VALUE_BOOL && value->as.integer;
        if (call->op->parameters[i].kind == EXPOPS_PARAMETER_INT && value->kind == EXPOPS_VALUE_INT && ndim)
            plan->walked[value->as.integer < 0 ? value->as.integer + ndim : value->as.integer] = 1;
        const int left_out = call->op->parameters[i].kind == EXPOPS_PARAMETER_INT && value->kind == EXPOPS_VALUE_NONE;
        for (uint32_t k = 0; k < count; k++) {
            const int64_t dim = call->op->family == EXPOPS_FAMILY_MAP ? (int64_t)k - count : value->as.integers[k];
            plan->walked[dim < 0 ? dim + ndim : dim] = 1;
        }
        if (((list && !count) || left_out) && call->op->family == EXPOPS_FAMILY_REDUCE)
            memset(plan->walked, 1, (size_t)ndim);
    }
}

expops_status test_plan_rows(const test_call *call, test_row_plan *plan)
{
    const test_array *x = &call->arrays[0];
    expops_result result;
    memset(plan, 0, sizeof(*plan));
    const expops_status status = expops_infer(call->op, call->args, call->num_args, &result, 1);
    if (status == EXPOPS_OK)
        find_walked(call, x->ndim, plan);
    plan->length = plan->rows = 1;
    for (int i = 0; i < x->ndim; i++)
        *(plan->walked[i] ? &plan->length : &plan->rows) *= x->shape[i];
    return status;
}

/* Row-major position in the first input of element `k` of row `row`. */
static int64_t position_of(const test_array *x, const test_row_plan *plan, int64_t row, int64_t k)
{
    int64_t position = 0, weight = 1;
    for (int i = x->ndim - 1; i >= 0; i--) {
        int64_t *left = plan->walked[i] ? &k : &row;
        position += *left % x->shape[i] * weight;
        *left /= x->shape[i];
        weight *= x->shape[i];
    }
    return position;
}

static void numbers_of(const test_call *call, long double *numbers)
{
    const expops_dtype common = call->types.common;
    const expops_dtype precise = common == EXPOPS_DTYPE_F16 || common == EXPOPS_DTYPE_BF16 ? EXPOPS_DTYPE_F32 : common;
    int count = 0;
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_parameter *parameter = &call->op->parameters[i];
        const expops_value value = call->args[i];
        if (parameter->kind != EXPOPS_PARAMETER_NUMBER && parameter->kind != EXPOPS_PARAMETER_CHOICE)
            continue;
        numbers[count++] =
            value.kind == EXPOPS_VALUE_NONE
                ? (!parameter->has_default ? test_ulp(precise, 1) : (long double)parameter->default_value)
            : value.kind == EXPOPS_VALUE_REAL ? test_round(precise, (long double)value.as.real)
                                              : (long double)value.as.integer;
    }
}

/* One of a row's answers, given those beside it. */
static test_answer answer_of(long double value, long double below, long double above)
{
    test_answer answer = { .value = { value, 0 } };
    answer.unknown = !isfinite(value) != !isfinite(below) || !isfinite(value) != !isfinite(above);
    if (isfinite(value) && !answer.unknown)
        answer.slack = fmaxl(fabsl(below - value), fabsl(above - value));
    return answer;
}

/* Judges one row's results. A sum of n rounded terms errs like a random walk. `room` is for 2 * n
 * numbers, `terms` what is granted where they cancel. */
static int judge_row(test_call *call, const test_row_plan *plan, const expops_row_reference *r, int64_t row,
                     long double *room, long double terms)
{
    const test_array *out = test_call_out(call);
    const int reduce = call->op->family == EXPOPS_FAMILY_REDUCE;
    const int precise = call->types.result == EXPOPS_DTYPE_F32 || call->types.result == EXPOPS_DTYPE_F64;
    const double walk = precise ? sqrt((double)r->n) / 4 : 0;
    const int sign_is_free = test_row_sign_is_free(call, r, room);
    int wrong = 0;
    test_row_beside(call, r, -2 - walk, room);
    test_row_beside(call, r, 2 + walk, room + r->n);
    for (int64_t k = 0; k < (reduce ? 1 : r->n); k++) {
        const int64_t position = reduce ? row : position_of(&call->arrays[0], plan, row, k);
        const test_value actual =
            test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, position));
        test_answer answer = answer_of(r->out[k], room[k], room[r->n + k]);
        answer.slack += terms;
        answer.sign_is_free = sign_is_free;
        if (!test_answer_accepts(call, &answer, actual, walk))
            wrong += test_judge_report(call, position, actual, answer.value);
    }
    return wrong;
}

static const test_array *weight_of(const test_call *call)
{
    for (size_t i = 1; i < call->num_args; i++)
        if (call->arrays[i].host)
            return &call->arrays[i];
    return NULL;
}

static int judge_rows(test_call *call, const test_row_plan *plan)
{
    const test_array *x = &call->arrays[0], *weight = weight_of(call);
    const size_t length = plan->length > 0 ? (size_t)plan->length : 1;
    long double *memory = malloc(5 * length * sizeof(long double));
    expops_row_reference r = { plan->length, memory, weight ? memory + length : NULL, { 0 }, memory + 2 * length };
    const long double terms = test_terms_slack(call); /* of all rows: it looks at every element */
    int wrong = 0;
    if (!memory)
        return test_report(call, "no memory for the reference");
    numbers_of(call, r.numbers);
    for (int64_t k = 0; weight && k < plan->length; k++)
        memory[length + (size_t)k] =
            test_array_get(weight, test_array_index(weight, weight->ndim, weight->shape, k)).re;
    for (int64_t row = 0; row < plan->rows; row++) {
        for (int64_t k = 0; k < plan->length; k++) {
            const int64_t position = position_of(x, plan, row, k);
            const test_value element = test_array_get(x, test_array_index(x, x->ndim, x->shape, position));
            memory[k] = test_round(call->types.common, element.re);
        }
        test_reference_find(call->op->name)->row(&r);
        wrong += judge_row(call, plan, &r, row, memory + 3 * length, terms);
    }
    free(memory);
    return wrong;
}

int test_judge_rows(test_call *call)
{
    test_row_plan plan;
    return test_plan_rows(call, &plan) == EXPOPS_OK ? judge_rows(call, &plan)
                                                    : test_report(call, "rows: %s", expops_error_text());
}
