/* Runs and judges rows. The reference is the operator's own, in more precision than rounding of the row could hide: 64 bits for f32
 * and the half types, whose sums of 2^20 terms are 2^-44 of their sizes off at most, 113 for f64. */
#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

enum { LENGTHS = 24 };

static size_t reduction_of(const expops_operator *op)
{
    size_t i = 0;
    while (op->parameters[i].name && strcmp(op->parameters[i].name, "reduction") != 0)
        i++;
    return i;
}

static int is_loss(const expops_operator *op)
{
    const test_reference *reference = test_reference_find(op->name);
    return op->parameters[reduction_of(op)].name && reference && reference->element;
}

int rows_applies(const expops_operator *op)
{
    const test_reference *reference = test_reference_find(op->name);
    const int rows = op->family == EXPOPS_FAMILY_REDUCE || op->family == EXPOPS_FAMILY_MAP;
    return op->result == EXPOPS_RESULT_SAME && op->arithmetic != EXPOPS_ARITHMETIC_BITS &&
           ((rows && reference && reference->row) || is_loss(op));
}

int rows_depth(void)
{
    const char *text = getenv("EXPOPS_TEST_ROWS");
    return text && text[0] >= '0' && text[0] <= '2' ? text[0] - '0' : 1;
}

/* --- a call --- */

static int is_tensor(const test_call *call, size_t i)
{
    return call->op->parameters[i].kind == EXPOPS_PARAMETER_TENSOR;
}

/* The rows themselves, what meets each of their elements, and weights, which all rows share. */
static int add_tensor(test_call *call, size_t i, const rows_subject *subject, int64_t rows, int64_t n)
{
    const int64_t matrix[] = { rows, n };
    const expops_parameter *parameter = call->op->parameters + i;
    const int shared = i > 0 && !is_loss(call->op) && (parameter->optional || call->op->family == EXPOPS_FAMILY_REDUCE);
    return test_call_tensor(call, i, subject->dtype, shared ? 1 : 2, matrix + shared, TEST_COMPACT, 0);
}

static int make_arguments(test_call *call, const rows_subject *subject, int64_t rows, int64_t n, enum rows_kind kind,
                          test_random *random)
{
    for (size_t i = 0; i < call->num_args; i++) {
        const uint32_t parameter = call->op->parameters[i].kind;
        const expops_samples given = call->op->samples[i];
        const expops_samples range = given.low == given.high ? (expops_samples){ -5, 5 } : given;
        call->args[i] = expops_none();
        if (is_tensor(call, i)) {
            if (!add_tensor(call, i, subject, rows, n))
                return 0;
            rows_fill(&call->arrays[i], &range, i ? ROWS_EVEN : kind, random);
        } else if (parameter == EXPOPS_PARAMETER_INTS) { /* sizes of the last dimensions, or dimensions */
            test_call_ints(call, i, call->op->family == EXPOPS_FAMILY_MAP ? &n : (int64_t[]){ 1 }, 1);
        } else if (parameter == EXPOPS_PARAMETER_INT) {
            call->args[i] = expops_int(1);
        } else if (i == reduction_of(call->op)) {
            call->args[i] = expops_choice(1 + (int)(kind & 1)); /* mean or sum */
        }
    }
    return 1;
}

/* --- a question --- */

static void copy_row(const test_call *call, size_t i, int64_t row, int64_t n, double *column)
{
    const test_array *array = &call->arrays[i];
    for (int64_t k = 0; k < n; k++)
        column[k] = (double)test_array_get(array, array->first + (array->ndim == 2 ? row * n : 0) + k).re;
}

static double number_of(const test_call *call, size_t i)
{
    const expops_parameter *parameter = call->op->parameters + i;
    if (call->args[i].kind == EXPOPS_VALUE_CHOICE)
        return (double)call->args[i].as.integer;
    if (parameter->has_default)
        return parameter->default_value;
    return (double)test_ulp(test_arithmetic(call->types.common), 1); /* eps */
}

static oracle_question question_of(const test_call *call, int64_t n)
{
    oracle_question question = { .op = call->op->name,
                                 .n = n,
                                 .arguments = (int)call->num_args,
                                 .is_loss = is_loss(call->op),
                                 .by_terms = (int)call->op->bound.by_terms,
                                 .bound = 2 * test_bound(call->op, test_arithmetic(call->types.common)) };
    question.is_mean = question.is_loss && call->args[reduction_of(call->op)].as.integer == 1;
    for (size_t i = 0; i < call->num_args; i++) {
        const uint32_t kind = call->op->parameters[i].kind;
        question.is_number[i] =
            kind == EXPOPS_PARAMETER_NUMBER || (kind == EXPOPS_PARAMETER_CHOICE && !question.is_loss);
        if (!is_tensor(call, i))
            question.number[i] = number_of(call, i);
    }
    return question;
}

static int ask(const oracle_question *question, expops_dtype common, int64_t answers, oracle_answer *answer)
{
#ifdef ORACLE_HAS_QUAD
    if (common == EXPOPS_DTYPE_F64)
        return quad_oracle_ask(question, answers, answer);
#endif
    return oracle_ask(question, answers, answer);
}

/* --- judging --- */

static int judge_element(test_call *call, const oracle_answer *exact, int64_t position)
{
    const int half = call->types.result == EXPOPS_DTYPE_F16 || call->types.result == EXPOPS_DTYPE_BF16;
    const long double value = (long double)exact->high + (exact->low != 0 ? (long double)exact->low : -0.0L);
    test_answer answer = { .value = { value, 0 }, .unknown = isinf(exact->error) };
    const test_value actual = test_image_get(&call->out, call->image, call->out.first + position);
    if (isfinite(value)) /* a half type rounds what f32 has rounded */
        answer.slack = ((long double)exact->error + (half ? fabsl(value) : 0)) * test_rounding(call->types.common);
    if (isfinite(value) && test_bound(call->op, call->types.result) > 0)
        answer.slack += test_underflow_slack(call->types.result, value);
    return test_answer_holds(call, &answer, actual, 0) ? 0 : test_judge_report(call, position, actual, answer.value);
}

static int judge_row(test_call *call, oracle_question *question, int64_t row, double *room)
{
    const int64_t n = question->n, answers = call->op->family == EXPOPS_FAMILY_MAP && !question->is_loss ? n : 1;
    oracle_answer *const exact = malloc((size_t)answers * sizeof *exact);
    double *column = room;
    int wrong = 0;
    for (size_t i = 0; i < call->num_args; i++)
        if (is_tensor(call, i)) {
            copy_row(call, i, row, n, column);
            question->column[i] = column;
            column += n;
        }
    if (!exact || !ask(question, call->types.common, answers, exact))
        wrong = test_report(call, "no memory for the reference");
    for (int64_t k = 0; k < answers && !wrong; k++)
        wrong += judge_element(call, exact + k, row * answers + k);
    free(exact);
    return wrong;
}

static int judge(test_call *call, int64_t rows, int64_t n)
{
    oracle_question question = question_of(call, n);
    double *const room = calloc(call->num_args * (size_t)n, sizeof *room);
    int wrong = room ? 0 : test_report(call, "no memory for the reference");
    for (int64_t row = 0; row < rows && room; row++)
        wrong += judge_row(call, &question, row, room);
    free(room);
    return wrong;
}

static int run(const rows_subject *subject, int64_t rows, int64_t n, enum rows_kind kind, test_random *random)
{
    test_call call;
    test_call_begin(&call, subject->device, subject->op, rows_kind_name(kind));
    int failures = make_arguments(&call, subject, rows, n, kind, random) ? 0 : test_report(&call, "no memory");
    failures = failures ? failures : test_call_infer(&call);
    if (!failures && !test_call_output(&call, call.result.dtype, TEST_COMPACT, 0))
        failures = test_report(&call, "no memory for the output: %s", expops_error_text());
    failures = failures ? failures : test_call_run(&call);
    failures = failures ? failures : judge(&call, rows, n);
    test_call_end(&call);
    return failures;
}

/* Many short rows, few long ones; a loss has one. */
static int64_t rows_of(const expops_operator *op, int64_t n)
{
    return is_loss(op) || n > 20000 ? 1 : n > 300 ? 3 : n > 20 ? 17 : 67;
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
            const int result = run(subject, rows_of(subject->op, list[i]), list[i], (enum rows_kind)kind, &random);
            if (result < 0)
                return -1;
            failures += result;
        }
    return failures;
}
