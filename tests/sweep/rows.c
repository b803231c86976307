/* Which rows there are, and the calls that are given them. */
#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTHS = 24 };

size_t rows_reduction_of(const expops_operator *op)
{
    size_t i = 0;
    while (op->parameters[i].name && strcmp(op->parameters[i].name, "reduction") != 0)
        i++;
    return i;
}

int rows_is_loss(const expops_operator *op)
{
    const test_reference *reference = test_reference_find(op->name);
    return op->parameters[rows_reduction_of(op)].name && reference && reference->element;
}

int rows_applies(const expops_operator *op)
{
    const test_reference *reference = test_reference_find(op->name);
    const int rows = op->family == EXPOPS_FAMILY_REDUCE || op->family == EXPOPS_FAMILY_MAP;
    return op->result == EXPOPS_RESULT_SAME && op->arithmetic != EXPOPS_ARITHMETIC_BITS &&
           ((rows && reference && reference->row) || rows_is_loss(op));
}

int rows_depth(void)
{
    const char *text = getenv("EXPOPS_TEST_ROWS");
    return text && text[0] >= '0' && text[0] <= '2' ? text[0] - '0' : 1;
}

/* --- a call --- */

int rows_is_tensor(const test_call *call, size_t i)
{
    return call->op->parameters[i].kind == EXPOPS_PARAMETER_TENSOR;
}

/* The rows themselves, what meets each of their elements, and weights, which all rows share. */
static int add_tensor(test_call *call, size_t i, const rows_subject *subject, const rows_shape *shape)
{
    const int64_t matrix[] = { shape->columns ? shape->n : shape->rows, shape->columns ? shape->rows : shape->n };
    const expops_parameter *parameter = call->op->parameters + i;
    const int shared =
        i > 0 && !rows_is_loss(call->op) && (parameter->optional || call->op->family == EXPOPS_FAMILY_REDUCE);
    return test_call_tensor(call, i, subject->dtype, shared ? 1 : 2, matrix + shared, TEST_COMPACT, 0);
}

int rows_make_arguments(test_call *call, const rows_subject *subject, const rows_shape *shape, enum rows_kind kind)
{
    int made = 1;
    for (size_t i = 0; i < call->num_args; i++) {
        const uint32_t parameter = call->op->parameters[i].kind;
        call->args[i] = expops_none();
        if (rows_is_tensor(call, i)) {
            made &= add_tensor(call, i, subject, shape);
        } else if (parameter == EXPOPS_PARAMETER_INTS) { /* sizes of the last dimensions, or dimensions */
            test_call_ints(call, i, call->op->family == EXPOPS_FAMILY_MAP ? &shape->n : (int64_t[]){ 1 }, 1);
        } else if (parameter == EXPOPS_PARAMETER_INT) {
            call->args[i] = expops_int(!shape->columns);
        } else if (i == rows_reduction_of(call->op)) {
            call->args[i] = expops_choice(1 + (int)(kind & 1)); /* mean or sum */
        }
    }
    return made;
}

expops_samples rows_range_of(const expops_operator *op, size_t i)
{
    const expops_samples given = op->samples[i];
    return given.low == given.high ? (expops_samples){ -5, 5 } : given;
}

static void fill(test_call *call, enum rows_kind kind, test_random *random)
{
    for (size_t i = 0; i < call->num_args; i++)
        if (rows_is_tensor(call, i)) {
            const expops_samples range = rows_range_of(call->op, i);
            rows_fill(&call->arrays[i], &range, i ? ROWS_EVEN : kind, random);
        }
}

int rows_call(test_call *call)
{
    int failures = test_call_infer(call);
    if (!failures && !test_call_output(call, call->result.dtype, TEST_COMPACT, 0))
        failures = test_report(call, "no memory for the output: %s", expops_error_text());
    return failures ? failures : test_call_run(call);
}

static int run(const rows_subject *subject, const rows_shape *shape, enum rows_kind kind, test_random *random)
{
    test_call call;
    test_call_begin(&call, subject->device, subject->op, rows_kind_name(kind));
    int failures =
        rows_make_arguments(&call, subject, shape, kind) ? 0 : test_report(&call, "no memory for the operands");
    if (!failures)
        fill(&call, kind, random);
    failures = failures ? failures : rows_call(&call);
    failures = failures ? failures : rows_judge(&call, shape);
    test_call_end(&call);
    return failures;
}

/* Many short rows, few long ones; a loss has one. */
static int64_t rows_of(const expops_operator *op, int64_t n)
{
    return rows_is_loss(op) || n > 20000 ? 1 : n > 300 ? 3 : n > 20 ? 17 : 67;
}

int rows_run(const rows_subject *subject)
{
    static const int64_t lengths[3][LENGTHS] = {
        { 37, 70001 },
        { 1, 2, 3, 7, 64, 257, 1000, 4099, 33000 },
        { 1,    2,    3,    5,     8,     17,    31,    64,    100,   255,    257,    768,
          1000, 1025, 4099, 10000, 16384, 32769, 40000, 65536, 70001, 100003, 777777, 1 << 20 },
    };
    const int64_t *list = lengths[rows_depth()];
    test_random random = test_random_for(subject->op->name);
    int failures = 0;
    for (int i = 0; i < LENGTHS && list[i]; i++)
        for (int kind = 0; kind < ROWS_KINDS; kind++) {
            const rows_shape shape = { .rows = rows_of(subject->op, list[i]), .n = list[i] };
            const int result = run(subject, &shape, (enum rows_kind)kind, &random);
            if (result < 0)
                return -1;
            failures += result;
        }
    return failures;
}
