#include "oracle.h"

#include <stdlib.h>
#include "reference.h"

static oracle_answer answer_of(long double value, long double error)
{
    const double high = (double)value;
    return (oracle_answer){ high, isfinite(high) ? (double)(value - high) : 0, (double)error };
}

/* A sum is as far off as its terms and as pairwise addition rounds them; a mean by a division more. */
static void ask_loss(const oracle_question *q, oracle_answer *answer)
{
    const test_reference *reference = test_reference_find(q->op);
    const long double levels = test_levels(q->n) + 1;
    long double sum = 0, error = 0;
    for (int64_t k = 0; k < q->n; k++) {
        long double arguments[ORACLE_ARGUMENTS] = { 0 };
        for (int i = 0; i < q->arguments; i++) {
            arguments[i] = q->column[i] ? (long double)q->column[i][k] : (long double)q->number[i];
            error += q->by_terms && (q->column[i] || q->is_number[i]) ? fabsl(arguments[i]) : 0;
        }
        const long double loss = test_reference_call(reference, arguments);
        sum += loss;
        error += (levels + q->bound) * fabsl(loss);
    }
    const long double by = q->is_mean ? q->n : 1;
    *answer = answer_of(sum / by, error / by);
}

int oracle_ask(const oracle_question *q, int64_t answers, oracle_answer *answer)
{
    if (q->is_loss) {
        ask_loss(q, answer);
        return 1;
    }
    long double *const room = calloc(5 * (size_t)q->n, sizeof *room);
    expops_row_reference r = { .n = q->n, .x = room, .out = room + 3 * q->n, .error = room + 4 * q->n };
    int columns = 0, numbers = 0;
    for (int i = 0; i < q->arguments && room; i++) {
        for (int64_t k = 0; k < q->n && q->column[i]; k++)
            room[columns * q->n + k] = (long double)q->column[i][k];
        if (q->column[i])
            columns++;
        else if (q->is_number[i])
            r.numbers[numbers++] = (long double)q->number[i];
    }
    if (!room)
        return 0;
    r.weight = columns > 1 ? room + q->n : NULL;
    r.bias = columns > 2 ? room + 2 * q->n : NULL;
    test_reference_find(q->op)->row(&r);
    for (int64_t k = 0; k < answers; k++)
        answer[k] = answer_of(r.out[k], r.error[k]);
    free(room);
    return 1;
}
