/* Valid calls in real memory between guards, judged by the operators' references; where there is none, the same call
 * with compact operands must give the same elements. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expops/expops.h"
#include "fuzz.h"
#include "judge.h"

/* --- judging --- */

/* The references know numbers as they are: not those that an integer type rounds or, where they are beyond 64 bits, turns into
 * what C leaves open, nor those with which an intermediate result overflows, in PyTorch too. against_torch.py compares such
 * calls. */
static int has_wild_numbers(const test_call *call)
{
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_value value = call->args[i];
        const int factor = call->op->parameters[i].kind == EXPOPS_PARAMETER_NUMBER;
        const long double number =
            value.kind == EXPOPS_VALUE_REAL ? (long double)value.as.real : (long double)value.as.integer;
        const int given = value.kind == EXPOPS_VALUE_REAL || value.kind == EXPOPS_VALUE_INT ||
                          (value.kind == EXPOPS_VALUE_BOOL && factor);
        if (value.kind == EXPOPS_VALUE_COMPLEX || (given && factor && !(fabsl(number) >= 0.5L && fabsl(number) <= 4)))
            return 1;
        if (given && !test_is_float(call->types.common) && !(fabsl(number) < 0x1p63L))
            return 1;
        if (given && factor && !test_is_float(call->types.common) && test_round(call->types.common, number) != number)
            return 1;
    }
    return 0;
}

static int has_judge(const test_call *call)
{
    const test_reference *reference = test_reference_find(call->op->name);
    if (reference && reference->move)
        return !has_wild_numbers(call);
    const int real = !test_is_complex(call->types.common) && !test_is_complex(call->types.result);
    if (test_judges_complex_rows(call))
        return 1;
    for (size_t i = 0; i < call->num_args; i++)
        if (call->arrays[i].host && test_is_complex(call->arrays[i].dtype))
            return 0;
    return reference && real && !has_wild_numbers(call) && (reference->row || test_is_elementwise(call->op));
}

static int judge(test_call *call)
{
    const test_reference *reference = test_reference_find(call->op->name);
    if (reference->move)
        return test_judge_moves(call);
    return reference->row ? test_judge_rows(call) : test_judge_pointwise(call, reference);
}

static expops_dtype part_of(expops_dtype dtype)
{
    return dtype == EXPOPS_DTYPE_C64 ? EXPOPS_DTYPE_F32 : dtype == EXPOPS_DTYPE_C128 ? EXPOPS_DTYPE_F64 : dtype;
}

/* A part of an operand's elements that is a unit off; `index` EXPOPS_MAX_PARAMETERS: none. */
typedef struct shift {
    size_t index;
    int imaginary;
} shift;

static test_value shifted(test_value value, expops_dtype dtype, int imaginary)
{
    long double *const part = imaginary ? &value.im : &value.re;
    if (isfinite(*part))
        *part += test_ulp(part_of(dtype), *part);
    return value;
}

/* The operands again, compact and with all their elements. */
static int compact_again(const test_call *call, shift shift, test_call *again)
{
    test_call_begin(again, call->device, call->op, "compact again");
    memcpy(again->args, call->args, sizeof again->args);
    for (size_t i = 0; i < EXPOPS_MAX_PARAMETERS; i++) {
        const test_array *from = &call->arrays[i];
        if (!from->host)
            continue;
        if (!test_call_tensor(again, i, from->dtype, from->ndim, from->shape, TEST_COMPACT, 0))
            return 0;
        for (int64_t k = 0; k < test_array_numel(from); k++) {
            const test_value value = test_array_get(from, test_array_index(from, from->ndim, from->shape, k));
            test_array_set(&again->arrays[i], k,
                           i == shift.index ? shifted(value, from->dtype, shift.imaginary) : value);
        }
    }
    return test_call_infer(again) == 0 && test_call_output(again, test_call_out(call)->dtype, TEST_COMPACT, 0) &&
           test_call_run(again) == 0;
}

static long double larger_of(long double size, test_value z)
{
    size = isfinite(z.re) ? fmaxl(size, fabsl(z.re)) : size;
    return isfinite(z.im) ? fmaxl(size, fabsl(z.im)) : size;
}

/* What a complex result's parts are measured by: the larger one, and where a part is not finite, which hides how large the terms
 * were, the operands. */
static long double size_of(const test_call *call, test_value result, int64_t position)
{
    long double size = larger_of(0, result);
    for (size_t i = 0; i < call->num_args && !(isfinite(result.re) && isfinite(result.im)); i++) {
        const test_array *from = &call->arrays[i];
        if (from->host && test_is_elementwise(call->op))
            size = larger_of(
                size, test_array_get(from, test_array_index(from, call->result.ndim, call->result.shape, position)));
    }
    return size;
}

/* Another layout may be computed by other instructions: both are within the bound, a complex number's parts within that
 * of the whole, and what roundings on the way may cost either. */
static int differs(test_call *call, int64_t position, const test_value *a, const test_value *b, long double errors)
{
    const expops_dtype result = call->types.result, part = part_of(test_call_out(call)->dtype),
                       rounded = part_of(result);
    const double bound = 2 * test_bound(call->op, result);
    const long double size = size_of(call, *a, position);
    const int is_complex = test_is_complex(call->types.common) && call->op->arithmetic != EXPOPS_ARITHMETIC_MOVES;
    const long double slack =
        test_is_float(rounded) ? ((long double)bound + 4 * is_complex) * test_ulp(rounded, size) + 2 * errors : 0;
    return !test_close(part, a->re, b->re, bound, slack) || !test_close(part, a->im, b->im, bound, slack);
}

/* What an element of several operands moves by when each part of them is a unit off, as tests/complex grants it: their terms may
 * cancel. */
static long double movement(const test_call *call, int64_t position, test_value unmoved)
{
    long double sum = 0;
    size_t operands = 0;
    for (size_t i = 0; i < call->num_args; i++)
        operands += call->arrays[i].host != NULL;
    for (size_t i = 0; i < 2 * call->num_args && operands > 1 && test_is_elementwise(call->op); i++) {
        test_call moved;
        const shift one = { i / 2, i % 2 };
        if (!call->arrays[one.index].host || (one.imaginary && !test_is_complex(call->arrays[one.index].dtype)))
            continue;
        if (compact_again(call, one, &moved)) {
            const test_value value = test_image_get(&moved.out, moved.image, position);
            const long double by = hypotl(value.re - unmoved.re, value.im - unmoved.im);
            sum += isfinite(by) ? by : 0;
        }
        test_call_end(&moved);
    }
    return sum;
}

/* Elements that were written: as many as the second result says where the elements decide it. */
static int64_t written(const test_call *call)
{
    const test_output *second = call->more;
    const int64_t numel = test_array_numel(&call->out);
    if (!(call->result.flags & EXPOPS_RESULT_UP_TO))
        return numel;
    const int64_t count = (int64_t)test_image_get(&second->out, second->image, second->out.first).re;
    return count < numel ? count : numel;
}

static int check_compact(test_call *call)
{
    test_call again;
    test_answer *const rows = test_row_answers(call);
    const test_terms terms = test_terms_of(call);
    const shift none = { EXPOPS_MAX_PARAMETERS, 0 };
    int wrong = 0;
    if (compact_again(call, none, &again))
        for (int64_t k = 0; k < written(&again); k++) {
            const test_array *out = test_call_out(call);
            const test_value here = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, k));
            const test_value there = test_image_get(&again.out, again.image, k);
            const long double errors = rows ? rows[k].slack : test_terms_slack(call, &terms, k);
            if (differs(call, k, &here, &there, errors) &&
                !(test_is_complex(call->types.common) &&
                  !differs(call, k, &here, &there, errors + movement(call, k, there))))
                wrong += test_judge_report(call, k, here, there);
        }
    else
        wrong = test_report(call, "compact, it fails");
    test_call_end(&again);
    free(rows);
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
        if (call->arrays[i].host && from->args[i].tensor.device.device_type == EXPOPS_DL_CPU &&
            call->arrays[i].ndim == 0)
            test_array_stay_on_host(&call->arrays[i]);
    const int made = from->out_is == FUZZ_OUT_DRAWN && fuzz_array(&from->out, call->device, &call->out);
    return (call->in_place || made) && test_call_other_outputs(call);
}

/* The call may be refused for its output alone. */
static int output_is_right(const test_call *call)
{
    const test_array *out = test_call_out(call);
    if (out->ndim != call->result.ndim ||
        memcmp(out->shape, call->result.shape, (size_t)out->ndim * sizeof *out->shape))
        return 0;
    for (int32_t i = 0; i < out->ndim; i++)
        if (call->in_place && out->shape[i] > 1)
            return 0; /* may overlap itself */
    for (size_t i = 0; i < call->num_args; i++)
        if (call->op->family == EXPOPS_FAMILY_REDUCE && call->op->parameters[i].kind == EXPOPS_PARAMETER_DTYPE &&
            call->args[i].kind == EXPOPS_VALUE_INT)
            return out->dtype == call->result.dtype; /* a named type is the output's */
    return call->op->arithmetic == EXPOPS_ARITHMETIC_BITS ? out->dtype == call->result.dtype
                                                          : test_can_cast(call->result.dtype, out->dtype);
}

/* A refusal that a case does not ask for, or another. */
static int check_status(const fuzz_call *from, test_call *call, expops_status status)
{
    const char *name = expops_status_name(status);
    return from->gives[0] && strcmp(name, from->gives) ? test_report(call, "gives %s: %s", name, expops_error_text())
                                                       : 0;
}

static int run(fuzz_stream *stream, fuzz_call *from, test_call *call, fuzz_counts *counts)
{
    for (size_t i = 0; i < from->num_args; i++)
        if (!fuzz_operand(call, from, i))
            return 0;
    const expops_status inferred = test_call_results(call);
    if (inferred != EXPOPS_OK) {
        counts->refused++;
        return check_status(from, call, inferred);
    }
    if (test_call_infer(call))
        return 1;
    if (!make_output(stream, from, call))
        return 0;
    if (from->gives[0] && strcmp(from->gives, expops_status_name(EXPOPS_OK)))
        return check_status(from, call, test_call_launch(call));
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
    char text[FUZZ_LINE];
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
