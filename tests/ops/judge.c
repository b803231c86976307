/* Tolerances: the operator's bound, the output's rounding, and what the rounding of several operands may cause. */
#include "judge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "share.h"

double test_bound(const expops_operator *op, expops_dtype dtype)
{
    switch (dtype) {
    case EXPOPS_DTYPE_F16:
        return (double)op->bound.f16;
    case EXPOPS_DTYPE_BF16:
        return (double)op->bound.bf16;
    case EXPOPS_DTYPE_F32:
    case EXPOPS_DTYPE_C64:
        return (double)op->bound.f32;
    case EXPOPS_DTYPE_F64:
    case EXPOPS_DTYPE_C128:
        return (double)op->bound.f64;
    default:
        return 0;
    }
}

expops_dtype test_arithmetic(expops_dtype common)
{
    if (test_is_float(common) && test_format_of(common).bytes == 2)
        return EXPOPS_DTYPE_F32;
    return test_is_integer(common) && test_format_of(common).bytes < 4 ? EXPOPS_DTYPE_I32 : common;
}

/* What PyTorch makes of a number before it computes: comparisons, limits and what is filled in round it to the common type,
 * factors stay as precise as the arithmetic. mul takes tensors without dimensions like factors. */
static int keeps_digits(const expops_parameter *parameter, const expops_value *value)
{
    if (value->kind == EXPOPS_VALUE_TENSOR)
        return parameter->meets == EXPOPS_MEETS_EXACT &&
               (value->as.tensor->ndim == 0 || parameter->kind == EXPOPS_PARAMETER_TENSOR);
    if (parameter->meets == EXPOPS_MEETS_USUAL)
        return parameter->kind == EXPOPS_PARAMETER_NUMBER;
    return parameter->meets == EXPOPS_MEETS_ARITHMETIC || parameter->meets == EXPOPS_MEETS_EXACT;
}

long double test_argument(const test_call *call, size_t i, int64_t position)
{
    const expops_parameter *parameter = &call->op->parameters[i];
    const expops_value value = call->args[i];
    const int number = parameter->kind == EXPOPS_PARAMETER_NUMBER || parameter->kind == EXPOPS_PARAMETER_OPERAND;
    const expops_dtype common = call->types.common;
    const expops_dtype as = keeps_digits(parameter, &value) ? test_arithmetic(common) : common;
    switch (value.kind) {
    case EXPOPS_VALUE_TENSOR: {
        const test_array *array = &call->arrays[i];
        const long double element =
            test_array_get(array, test_array_index(array, call->result.ndim, call->result.shape, position)).re;
        return parameter->dtypes ? element : test_convert(as, element);
    }
    case EXPOPS_VALUE_REAL:
        return test_convert(as, (long double)value.as.real);
    case EXPOPS_VALUE_NONE:
        return number ? test_convert(as, (long double)parameter->default_value) : (long double)parameter->default_value;
    default:
        return number ? test_convert(as, (long double)value.as.integer) : (long double)value.as.integer;
    }
}

/* How far the answer moves when operands are off by a unit of the arithmetic's precision: kernels round their
 * intermediate results, so where terms cancel no bound in units of the result can hold. Nothing is granted where a
 * single operand decides. */
static long double slack_of(const test_call *call, const test_reference *reference, long double *arguments,
                            long double exact)
{
    const expops_dtype precise = test_arithmetic(call->types.common);
    long double slack = 0;
    int deciding = 0;
    for (int i = 0; i < reference->count; i++) {
        const long double kept = arguments[i];
        const long double step = test_ulp(precise, kept);
        long double moved = 0;
        for (int side = -1; side <= 1 && isfinite(kept) && kept != 0; side += 2) {
            arguments[i] = kept + side * step;
            const long double change = fabsl(test_reference_call(reference, arguments) - exact);
            if (isfinite(change) && change > moved)
                moved = change;
        }
        arguments[i] = kept;
        deciding += moved > 0;
        slack += moved;
    }
    return deciding > 1 ? slack : 0;
}

/* What the bound grants beyond units of the answer: left of 0, in units of its floor. f16 is computed in f32, and has to show it. */
static long double floor_slack(const expops_operator *op, expops_dtype result, long double operand, long double exact)
{
    const long double floor = (long double)op->bound.negative_floor / (result == EXPOPS_DTYPE_F16 ? 128 : 1);
    if (floor == 0 || operand >= 0 || !(fabsl(exact) < floor))
        return 0;
    return (long double)test_bound(op, result) * (test_ulp(result, floor) - test_ulp(result, exact));
}

long double test_rounding(expops_dtype common)
{
    const expops_dtype precise = test_arithmetic(common);
    const int is_double = precise == EXPOPS_DTYPE_F64 || precise == EXPOPS_DTYPE_C128;
    return is_double ? 0x1p-53L : test_is_float(precise) || test_is_complex(precise) ? 0x1p-24L : 0;
}

long double test_bound_slack(const test_call *call, const test_reference *reference, long double *arguments,
                             long double exact)
{
    const expops_dtype result = call->types.result, precise = test_arithmetic(call->types.common);
    if (!isfinite(exact))
        return 0;
    if (call->op->bound.by_operands)
        return (long double)test_bound(call->op, precise) * slack_of(call, reference, arguments, exact);
    return floor_slack(call->op, result, arguments[0], exact);
}

long double test_underflow_slack(expops_dtype result, long double exact)
{
    const long double tiny = test_limits_of(result).tiny;
    return result != EXPOPS_DTYPE_F16 && fabsl(exact) < tiny && exact != 0 ? tiny : 0;
}

/* A mask's or an attribute's zero has no part in this. */
static int may_carry_sign(const expops_parameter *parameter, long double argument)
{
    const int operand = parameter->kind == EXPOPS_PARAMETER_TENSOR || parameter->kind == EXPOPS_PARAMETER_OPERAND;
    return operand && !parameter->dtypes && argument == 0;
}

int test_sign_is_free(const test_call *call, const test_reference *reference, long double *arguments, long double exact)
{
    int signs = 0;
    for (int i = 0; i < reference->count; i++)
        if (may_carry_sign(&call->op->parameters[i], arguments[i]))
            signs |= signbit(arguments[i]) ? 2 : 1;
    if (exact != 0 || signs != 3)
        return 0;
    for (int i = 0; i < reference->count; i++)
        if (may_carry_sign(&call->op->parameters[i], arguments[i]))
            arguments[i] = -arguments[i];
    return !signbit(test_reference_call(reference, arguments)) != !signbit(exact);
}

void test_state_types(const test_call *call)
{
    for (size_t i = 0; i < call->num_args && i < TEST_REFERENCE_ARGUMENTS; i++)
        test_reference_types[i] = call->arrays[i].host ? (int)call->arrays[i].dtype : 0;
}

void test_arguments(const test_call *call, int64_t position, long double *arguments)
{
    test_state_types(call);
    for (size_t i = 0; i < call->num_args; i++)
        arguments[i] = test_argument(call, i, position);
}

test_answer test_answer_pointwise(const test_call *call, const test_reference *reference, int64_t position)
{
    long double arguments[EXPOPS_MAX_PARAMETERS] = { 0 };
    test_arguments(call, position, arguments);
    test_answer answer = { .value = { test_reference_call(reference, arguments), 0 } };
    const expops_dtype result = call->types.result;
    if (test_is_integer(result))
        answer.unknown = !(fabsl(answer.value.re) < 0x1p63L); /* beyond, long double may have lost low bits */
    else if (test_is_float(result) && test_bound(call->op, result) > 0 && isfinite(answer.value.re))
        answer.slack = (call->op->bound.by_operands ? 0 : slack_of(call, reference, arguments, answer.value.re)) +
                       test_bound_slack(call, reference, arguments, answer.value.re) +
                       test_underflow_slack(result, answer.value.re);
    if (test_is_float(result))
        answer.sign_is_free = test_sign_is_free(call, reference, arguments, answer.value.re);
    return answer;
}

void test_row_beside(const test_call *call, const expops_row_reference *r, long double units, long double *out)
{
    expops_row_reference beside = *r;
    int moved = 0;
    beside.out = out;
    beside.error = out + 2 * r->n;
    for (int i = 0; i < TEST_ROW_NUMBERS; i++)
        if (r->numbers[i] < 0) {
            beside.numbers[i] += units * test_ulp(test_arithmetic(call->types.common), r->numbers[i]);
            moved = 1;
        }
    if (moved)
        test_reference_find(call->op->name)->row(&beside);
    else
        memcpy(out, r->out, (size_t)(call->op->family == EXPOPS_FAMILY_REDUCE ? 1 : r->n) * sizeof *out);
}

int test_row_sign_is_free(const test_call *call, const expops_row_reference *r, long double *room)
{
    long double other = 0, error = 0;
    expops_row_reference turned = *r;
    if (call->op->family != EXPOPS_FAMILY_REDUCE || r->out[0] != 0)
        return 0;
    turned.x = room;
    turned.out = &other;
    turned.error = &error;
    for (int64_t k = 0; k < r->n; k++)
        room[k] = r->x[r->n - 1 - k];
    test_reference_find(call->op->name)->row(&turned);
    return !signbit(other) != !signbit(r->out[0]);
}

static int accepts_part(const test_call *call, long double expected, long double slack, long double actual,
                        double extra_ulp)
{
    expops_dtype result = call->types.result, out = test_call_out(call)->dtype;
    const double bound = test_bound(call->op, result) + (test_bound(call->op, result) > 0 ? extra_ulp : 0);
    if (test_is_complex(result))
        result = result == EXPOPS_DTYPE_C64 ? EXPOPS_DTYPE_F32 : EXPOPS_DTYPE_F64;
    if (test_is_complex(out))
        out = out == EXPOPS_DTYPE_C64 ? EXPOPS_DTYPE_F32 : EXPOPS_DTYPE_F64;
    if (!test_is_float(result)) /* integers and bool are exact until a floating output rounds them */
        return test_close(out, actual, test_convert(out, test_round(result, expected)), 0, 0);
    if (out == result)
        return test_close(out, actual, expected, bound, slack);
    const long double rounded = test_round(result, expected);
    if (!isfinite(rounded) || rounded == 0)
        return test_close(out, actual, rounded, 0, slack);
    const int through_f32 = result == EXPOPS_DTYPE_F64 && (out == EXPOPS_DTYPE_F16 || out == EXPOPS_DTYPE_BF16);
    const long double unit = test_ulp(through_f32 ? EXPOPS_DTYPE_F32 : result, expected);
    return test_close(out, actual, rounded, 0.5, slack + (bound + 1) * unit);
}

int test_answer_accepts(const test_call *call, const test_answer *answer, test_value actual, double extra_ulp)
{
    return answer->unknown || (answer->sign_is_free && actual.re == 0) ||
           (accepts_part(call, answer->value.re, answer->slack, actual.re, extra_ulp) &&
            accepts_part(call, answer->value.im, answer->slack, actual.im, extra_ulp));
}

int test_answer_holds(const test_call *call, const test_answer *answer, test_value actual, double extra_ulp)
{
    const int accepts = test_answer_accepts(call, answer, actual, extra_ulp);
    if (accepts)
        test_share_note(call, answer, actual, test_bound(call->op, call->types.result) + extra_ulp);
    return accepts;
}

int test_judge_report(test_call *call, int64_t position, test_value actual, test_value expected)
{
    char operands[400], distance[60] = "";
    const expops_dtype out = test_call_out(call)->dtype;
    test_call_operands(call, position, operands, sizeof(operands));
    if (test_is_float(out) && test_distance(out, actual.re, expected.re) >= 0)
        snprintf(distance, sizeof(distance), ", %.3g ulp off", test_distance(out, actual.re, expected.re));
    if (test_is_complex(out))
        return test_report(call, "%s gives %.17Lg%+.17Lgi, not %.17Lg%+.17Lgi", operands, actual.re, actual.im,
                           expected.re, expected.im);
    return test_report(call, "%s gives %.21Lg, not %.21Lg%s", operands, actual.re, expected.re, distance);
}

int test_judge_pointwise(test_call *call, const test_reference *reference)
{
    const test_array *out = test_call_out(call);
    const int64_t numel = test_array_numel(out);
    int wrong = 0;
    for (int64_t k = 0; k < numel; k++) {
        const test_answer answer = test_answer_pointwise(call, reference, k);
        const test_value actual = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, k));
        if (!test_answer_holds(call, &answer, actual, 0))
            wrong += test_judge_report(call, k, actual, answer.value);
    }
    return wrong;
}
