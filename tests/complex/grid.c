#include "grid.h"

#include <math.h>
#include <string.h>

/* In units in the last place; of a part where it is well-conditioned, else of the modulus. */
static const double bound = 4;
/* A part is well-conditioned where operands that are half a unit off, which they are by being rounded, move it by less. */
static const long double steady = 2;

typedef struct question {
    const complex_referee *referee;
    expops_dtype dtype, real;
    test_value operands[COMPLEX_OPERANDS];
    complex_answer answer;
} question;

static long double unit(const question *q, long double value)
{
    const long double max = test_limits_of(q->real).max;
    return test_ulp(q->real, fabsl(value) < max ? value : max);
}

/* Tests' own reading of an argument: an element, a number, or a default. */
static test_value operand_of(const test_call *call, size_t i, int64_t position)
{
    const test_array *array = &call->arrays[i];
    const expops_value value = call->args[i];
    if (array->host)
        return test_array_get(array, test_array_index(array, call->result.ndim, call->result.shape, position));
    if (value.kind == EXPOPS_VALUE_COMPLEX)
        return (test_value){ value.as.parts[0], value.as.parts[1] };
    return (test_value){ call->op->parameters[i].default_value, 0 };
}

static int accepts_part(const question *q, long double actual, long double exact, long double slack)
{
    const int zero_is_free = exact == 0 && q->referee->zero_is_free;
    const int sign_is_free = zero_is_free || (q->answer.sign_is_free && (exact == 0 || isinf(exact)));
    if (actual == 0 && exact != 0 && fabsl(exact) < test_limits_of(q->real).tiny && q->referee->kind != COMPLEX_EXACT)
        return 1; /* docs/testing.md: a device without denormals */
    /* Where terms cancel, denormal ones may have been rounded before. */
    const long double rest = exact == 0 && q->referee->kind == COMPLEX_SUM ? (long double)bound * unit(q, 0) : 0;
    if (sign_is_free)
        return test_close(q->real, fabsl(actual), fabsl(exact), 0, slack + rest);
    return test_close(q->real, actual, exact, q->referee->kind == COMPLEX_EXACT ? 0 : bound, slack);
}

/* How far each part of the answer moves when the operands' parts are half a unit off, all together. */
static test_value movement(const question *q)
{
    test_value sum = { 0, 0 }, moved[COMPLEX_OPERANDS];
    memcpy(moved, q->operands, sizeof moved);
    for (int i = 0; i < 2 * COMPLEX_OPERANDS; i++) {
        long double *part = i % 2 ? &moved[i / 2].im : &moved[i / 2].re;
        const long double kept = *part;
        *part += copysignl(unit(q, kept) / 2, kept);
        const test_value other = complex_referee_answer(q->referee, q->dtype, moved).value;
        sum.re += fabsl(other.re - q->answer.value.re);
        sum.im += fabsl(other.im - q->answer.value.im);
        *part = kept;
    }
    return sum;
}

/* What a part may be off beyond its own units. */
static long double slack_of(const question *q, long double exact, long double moves)
{
    const test_value value = q->answer.value;
    if (moves <= steady * unit(q, exact))
        return 0;
    const long double size = hypotl(isfinite(value.re) ? value.re : 0, isfinite(value.im) ? value.im : 0);
    const long double modulus = (long double)bound * unit(q, size);
    /* Terms of several operands are rounded one by one, and may cancel as a whole. */
    return q->referee->kind == COMPLEX_SUM ? modulus + 2 * moves : modulus;
}

static int is_finite(test_value z)
{
    return isfinite(z.re) && isfinite(z.im);
}

static int accepts(const question *q, test_value actual)
{
    const test_value exact = q->answer.value;
    if (accepts_part(q, actual.re, exact.re, 0) && accepts_part(q, actual.im, exact.im, 0))
        return 1;
    if (q->referee->kind == COMPLEX_EXACT || (q->referee->kind == COMPLEX_FUNCTION && !is_finite(exact)))
        return 0;
    const test_value moves = movement(q);
    return accepts_part(q, actual.re, exact.re, slack_of(q, exact.re, moves.re)) &&
           accepts_part(q, actual.im, exact.im, slack_of(q, exact.im, moves.im));
}

/* Plain arithmetic, which PyTorch's is too, has no answer where an intermediate result overflows. */
static int overflows(const question *q)
{
    return q->referee->largest && !(q->referee->largest(q->operands) <= test_limits_of(q->real).max / 4);
}

static int judge_element(test_call *call, question *q, int64_t position)
{
    const test_array *out = test_call_out(call);
    const test_value actual = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, position));
    memset(q->operands, 0, sizeof q->operands);
    int operands_are_finite = 1;
    for (size_t i = 0; i < call->num_args; i++) {
        q->operands[i] = operand_of(call, i, position);
        operands_are_finite = operands_are_finite && is_finite(q->operands[i]);
    }
    q->answer = complex_referee_answer(q->referee, q->dtype, q->operands);
    if (overflows(q) && (!operands_are_finite || !is_finite(actual)))
        return 0;
    return accepts(q, actual) ? 0 : test_judge_report(call, position, actual, q->answer.value);
}

int complex_judge(test_call *call, const complex_referee *referee)
{
    const expops_dtype dtype = call->types.common;
    question q = { .referee = referee, .dtype = dtype };
    q.real = dtype == EXPOPS_DTYPE_C64 ? EXPOPS_DTYPE_F32 : EXPOPS_DTYPE_F64;
    const int64_t numel = test_array_numel(&call->out);
    int wrong = 0;
    for (int64_t k = 0; k < numel; k++)
        wrong += judge_element(call, &q, k);
    return wrong;
}
