/* Valid calls in real memory between guards, judged by the operators' references; the same call with compact operands gives the
 * same elements. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expops/expops.h"
#include "fuzz.h"
#include "judge.h"

enum { MAX_STORED = 1 << 20 };

/* --- memory --- */

/* The span of the strides, from the lowest element; 0 where it is too long to be tried. */
static int span(const fuzz_tensor *tensor, int64_t *strides, int64_t *first, int64_t *stored)
{
    int64_t low = 0, high = 0, step = 1;
    for (int32_t i = tensor->ndim - 1; i >= 0; i--) {
        strides[i] = tensor->compact ? step : tensor->strides[i];
        if (tensor->shape[i] < 0 || tensor->shape[i] > MAX_STORED || llabs(strides[i]) > MAX_STORED)
            return 0;
        *(strides[i] < 0 ? &low : &high) += strides[i] * (tensor->shape[i] > 0 ? tensor->shape[i] - 1 : 0);
        step *= tensor->shape[i] > 0 ? tensor->shape[i] : 1;
        if (high - low > MAX_STORED || step > MAX_STORED)
            return 0;
    }
    *first = (int64_t)tensor->offset - low;
    *stored = *first + high + 2;
    return tensor->offset < MAX_STORED;
}

static int make_array(const fuzz_tensor *from, expops_device *device, test_array *array)
{
    int64_t strides[FUZZ_RANK], first, stored;
    expops_dtype dtype;
    if (expops_dtype_from_dl(from->dtype, &dtype) != EXPOPS_OK || from->ndim < 0 || from->ndim > EXPOPS_MAX_RANK ||
        !span(from, strides, &first, &stored) ||
        !test_array_view(array, device, dtype, from->ndim, from->shape, strides, first, stored))
        return 0;
    return 1;
}

/* --- elements --- */

static test_value special(test_random *random, expops_dtype dtype, int extremes)
{
    static const double values[] = { 0, -0.0, 1, -1, 0.5, -2, 3, 100, INFINITY, -INFINITY, NAN };
    const test_limits limits = test_limits_of(dtype);
    const uint64_t pick = test_random_below(random, extremes ? 15 : 11);
    test_value value = { pick < 11 ? (long double)values[pick] : 0, 0 };
    if (pick > 10)
        value.re = (const long double[]){ limits.max, limits.lowest, limits.tiny, limits.denormal }[pick - 11];
    if (!test_is_float(dtype) && !test_is_complex(dtype) && !(value.re >= limits.lowest && value.re <= limits.max))
        value.re = 0;
    return value;
}

static int num_tensors(const test_call *call)
{
    int count = 0;
    for (size_t i = 0; i < call->num_args; i++)
        count += call->op->parameters[i].kind == EXPOPS_PARAMETER_TENSOR ||
                 call->op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND;
    return count;
}

/* What C leaves open: a number that an integer type cannot hold becomes one. */
static int becomes_integer(const test_call *call, size_t index)
{
    return call->op->promotion == EXPOPS_PROMOTE_SELF && call->arrays[0].host && !test_is_float(call->arrays[0].dtype) &&
           !test_is_complex(call->arrays[0].dtype) && !test_is_integer(call->arrays[index].dtype);
}

static void fill(test_call *call, const fuzz_call *from, size_t index)
{
    test_array *array = &call->arrays[index];
    const fuzz_tensor *tensor = &from->args[index].tensor;
    test_random random = { from->seed * 31 + index };
    const int specials = test_random_below(&random, 3) == 0 && !becomes_integer(call, index);
    /* A product of many overflows on the way, in PyTorch too. */
    const int extremes = num_tensors(call) < 3 && call->op->family == EXPOPS_FAMILY_POINTWISE;
    const expops_samples given = index < 4 ? call->op->samples[index] : (expops_samples){ 0, 0 };
    const expops_samples range = given.low == given.high ? (expops_samples){ -5, 5 } : given;
    const int64_t numel = test_array_numel(array);
    for (int64_t k = 0; k < numel; k++) {
        test_value value = specials && test_random_below(&random, 4) == 0
                               ? special(&random, array->dtype, extremes)
                               : test_random_element(&random, array->dtype, (long double)range.low, (long double)range.high);
        if (tensor->num_values)
            value = tensor->values[k % tensor->num_values];
        test_array_set(array, test_array_index(array, array->ndim, array->shape, k), value);
    }
}

static int make_argument(test_call *call, fuzz_call *from, size_t i)
{
    fuzz_value *value = from->args + i;
    call->args[i] = value->value;
    switch (value->value.kind) {
    case EXPOPS_VALUE_TENSOR:
        if (!make_array(&value->tensor, call->device, &call->arrays[i]))
            return 0;
        fill(call, from, i);
        call->args[i] = expops_tensor_value(&call->arrays[i].tensor);
        break;
    case EXPOPS_VALUE_COMPLEX:
        memcpy(call->complexes[i], value->parts, sizeof value->parts);
        call->args[i] = expops_complex(call->complexes[i]);
        break;
    case EXPOPS_VALUE_INTS:
        test_call_ints(call, i, value->integers, value->value.count);
        break;
    default:
        break;
    }
    return 1;
}

/* --- judging --- */

/* The references know numbers as they are: not those that an integer type rounds, nor those with which an intermediate result
 * overflows, in PyTorch too. against_torch.py compares such calls. */
static int has_wild_numbers(const test_call *call)
{
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_value value = call->args[i];
        const int factor = call->op->parameters[i].kind == EXPOPS_PARAMETER_NUMBER;
        const long double number = value.kind == EXPOPS_VALUE_REAL ? (long double)value.as.real : (long double)value.as.integer;
        const int given = value.kind == EXPOPS_VALUE_REAL || value.kind == EXPOPS_VALUE_INT;
        if (value.kind == EXPOPS_VALUE_COMPLEX || (given && factor && !(fabsl(number) >= 0.5L && fabsl(number) <= 4)))
            return 1;
        if (given && factor && !test_is_float(call->types.common) && test_round(call->types.common, number) != number)
            return 1;
    }
    return 0;
}

static int has_judge(const test_call *call)
{
    const test_reference *reference = test_reference_find(call->op->name);
    const int real = !test_is_complex(call->types.common) && !test_is_complex(call->types.result);
    for (size_t i = 0; i < call->num_args; i++)
        if (call->arrays[i].host && test_is_complex(call->arrays[i].dtype))
            return 0;
    return reference && real && !has_wild_numbers(call) && (reference->row || (call->op->family == EXPOPS_FAMILY_POINTWISE && !call->op->view));
}

static int judge(test_call *call)
{
    const test_reference *reference = test_reference_find(call->op->name);
    return reference->row ? test_judge_rows(call) : test_judge_pointwise(call, reference);
}

/* The operands again, compact and with all their elements. */
static int compact_again(const test_call *call, test_call *again)
{
    test_call_begin(again, call->device, call->op, "compact again");
    memcpy(again->args, call->args, sizeof again->args);
    for (size_t i = 0; i < call->num_args; i++) {
        const test_array *from = &call->arrays[i];
        if (!from->host)
            continue;
        if (!test_call_tensor(again, i, from->dtype, from->ndim, from->shape, TEST_COMPACT, 0))
            return 0;
        for (int64_t k = 0; k < test_array_numel(from); k++)
            test_array_set(&again->arrays[i], k, test_array_get(from, test_array_index(from, from->ndim, from->shape, k)));
    }
    return test_call_infer(again) == 0 && test_call_output(again, test_call_out(call)->dtype, TEST_COMPACT, 0) &&
           test_call_run(again) == 0;
}

/* Another layout may be computed by other instructions: both are within the bound, where complex of the whole number's size. */
static int differs(test_call *call, const test_value *a, const test_value *b)
{
    static const expops_dtype parts[EXPOPS_DTYPE_COUNT] = { [EXPOPS_DTYPE_C64] = EXPOPS_DTYPE_F32, [EXPOPS_DTYPE_C128] = EXPOPS_DTYPE_F64 };
    const expops_dtype out = test_call_out(call)->dtype, result = call->types.result;
    const expops_dtype part = test_is_complex(out) ? parts[out] : out;
    const expops_dtype rounded = test_is_complex(result) ? parts[result] : result;
    const double bound = 2 * test_bound(call->op, result);
    const long double size = fmaxl(fabsl(a->re), fabsl(a->im));
    const int is_complex = test_is_complex(call->types.common) && !call->op->moves && isfinite(size);
    const long double slack = test_is_float(rounded) && isfinite(size) ? ((long double)bound + 4 * is_complex) * test_ulp(rounded, size) : 0;
    return !test_close(part, a->re, b->re, bound, slack) || !test_close(part, a->im, b->im, bound, slack);
}

static int check_compact(test_call *call)
{
    test_call again;
    int wrong = 0;
    if (compact_again(call, &again))
        for (int64_t k = 0; k < test_array_numel(&again.out); k++) {
            const test_array *out = test_call_out(call);
            const test_value here = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, k));
            const test_value there = test_image_get(&again.out, again.image, k);
            if (differs(call, &here, &there))
                wrong += test_judge_report(call, k, here, there);
        }
    else
        wrong = test_report(call, "compact, it fails");
    test_call_end(&again);
    return wrong;
}

/* The elements that a case lists for its output. */
static int check_listed(test_call *call, const fuzz_tensor *expected)
{
    const test_array *out = test_call_out(call);
    const int64_t numel = test_array_numel(out);
    int wrong = 0;
    for (int64_t k = 0; k < numel; k++) {
        const test_value value = expected->values[k % expected->num_values];
        const test_value actual = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, k));
        const long double re = test_is_complex(out->dtype) ? value.re : test_round(out->dtype, value.re);
        if (!(actual.re == re || (isnan(actual.re) && isnan(re))) || !signbit(actual.re) != !signbit(re) ||
            !(actual.im == value.im || (isnan(actual.im) && isnan(value.im))))
            wrong += test_judge_report(call, k, actual, value);
    }
    return wrong;
}

/* --- one call --- */

static int make_output(fuzz_stream *stream, fuzz_call *from, test_call *call)
{
    if (from->out_is == FUZZ_OUT_RIGHT)
        fuzz_draw_output(stream, from, &call->result);
    call->in_place = from->out_is == 0;
    for (size_t i = (size_t)call->in_place; i < from->num_args; i++)
        if (call->arrays[i].host && from->args[i].tensor.device.device_type == EXPOPS_DL_CPU && call->arrays[i].ndim == 0)
            test_array_stay_on_host(&call->arrays[i]);
    return call->in_place || (from->out_is == FUZZ_OUT_DRAWN && make_array(&from->out, call->device, &call->out));
}

/* The call may be refused for its output alone. */
static int output_is_right(const test_call *call)
{
    const test_array *out = test_call_out(call);
    if (out->ndim != call->result.ndim || memcmp(out->shape, call->result.shape, (size_t)out->ndim * sizeof *out->shape))
        return 0;
    for (int32_t i = 0; i < out->ndim; i++)
        if (call->in_place && out->shape[i] > 1)
            return 0; /* may overlap itself */
    return call->op->promotion == EXPOPS_PROMOTE_BITS ? out->dtype == call->result.dtype
                                                      : test_can_cast(call->result.dtype, out->dtype);
}

/* A refusal that a case does not ask for, or another. */
static int check_status(const fuzz_call *from, test_call *call, expops_status status)
{
    const char *name = expops_status_name(status);
    return from->gives[0] && strcmp(name, from->gives) ? test_report(call, "gives %s: %s", name, expops_error_text()) : 0;
}

static int run(fuzz_stream *stream, fuzz_call *from, test_call *call, fuzz_counts *counts)
{
    expops_result result;
    for (size_t i = 0; i < from->num_args; i++)
        if (!make_argument(call, from, i))
            return 0;
    const expops_status inferred = expops_infer(call->op, call->args, call->num_args, &result);
    if (inferred != EXPOPS_OK) {
        counts->refused++;
        return check_status(from, call, inferred);
    }
    if (test_call_infer(call))
        return 1;
    if (!make_output(stream, from, call))
        return 0;
    if (!output_is_right(call) && test_call_launch(call) != EXPOPS_OK) {
        counts->refused++;
        return 0;
    }
    const int failures = test_call_run(call);
    if (failures)
        return failures > 0 ? failures : 0;
    if (from->out_is == FUZZ_OUT_DRAWN && from->out.num_values)
        return check_listed(call, &from->out);
    return has_judge(call) ? judge(call) : check_compact(call);
}

int fuzz_differential(fuzz_stream *stream, fuzz_call *from, expops_device *device, fuzz_counts *counts)
{
    char text[3000];
    test_call call;
    test_call_begin(&call, device, from->op, "fuzz");
    counts->calls++;
    const int failures = from->num_args > call.num_args ? 0 : run(stream, from, &call, counts);
    if (failures) {
        fuzz_print(from, text, sizeof text);
        printf("differential: %s\n", text);
        counts->findings++;
    }
    test_call_end(&call);
    return failures;
}
