/* Judges rows. The reference is the operator's own, in more precision than rounding of the row could hide: 64 bits for f32
 * and the half types, whose sums of 2^20 terms are 2^-44 of their sizes off at most, 113 for f64. */
#include "rows.h"

#include <math.h>
#include <stdlib.h>

#include "oracle.h"

int64_t rows_position(const rows_shape *shape, int64_t row, int64_t k)
{
    return shape->columns ? k * shape->rows + row : row * shape->n + k;
}

static void copy_row(const test_call *call, size_t i, const rows_shape *shape, int64_t row, double *column)
{
    const test_array *array = &call->arrays[i];
    for (int64_t k = 0; k < shape->n; k++)
        column[k] =
            (double)test_array_get(array, array->first + (array->ndim == 2 ? rows_position(shape, row, k) : k)).re;
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
                                 .is_loss = rows_is_loss(call->op),
                                 .by_terms = (int)call->op->bound.by_terms,
                                 .bound = 2 * test_bound(call->op, test_arithmetic(call->types.common)) };
    question.is_mean = question.is_loss && call->args[rows_reduction_of(call->op)].as.integer == 1;
    for (size_t i = 0; i < call->num_args; i++) {
        const uint32_t kind = call->op->parameters[i].kind;
        question.is_number[i] =
            kind == EXPOPS_PARAMETER_NUMBER || (kind == EXPOPS_PARAMETER_CHOICE && !question.is_loss);
        if (!rows_is_tensor(call, i))
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

static int judge_row(test_call *call, const rows_shape *shape, oracle_question *question, int64_t row, double *room)
{
    const int64_t n = question->n, answers = call->op->family == EXPOPS_FAMILY_MAP && !question->is_loss ? n : 1;
    oracle_answer *const exact = malloc((size_t)answers * sizeof *exact);
    double *column = room;
    int wrong = 0;
    for (size_t i = 0; i < call->num_args; i++)
        if (rows_is_tensor(call, i)) {
            copy_row(call, i, shape, row, column);
            question->column[i] = column;
            column += n;
        }
    if (!exact || !ask(question, call->types.common, answers, exact))
        wrong = test_report(call, "no memory for the reference");
    for (int64_t k = 0; k < answers && !wrong; k++)
        wrong += judge_element(call, exact + k, answers == 1 ? row : rows_position(shape, row, k));
    free(exact);
    return wrong;
}

int rows_judge_one(test_call *call, const rows_shape *shape, int64_t row)
{
    oracle_question question = question_of(call, shape->n);
    double *const room = calloc(call->num_args * (size_t)shape->n, sizeof *room);
    const int wrong =
        room ? judge_row(call, shape, &question, row, room) : test_report(call, "no memory for the reference");
    free(room);
    return wrong;
}

int rows_judge(test_call *call, const rows_shape *shape)
{
    int wrong = 0;
    for (int64_t row = 0; row < shape->rows; row++)
        wrong += rows_judge_one(call, shape, row);
    return wrong;
}
