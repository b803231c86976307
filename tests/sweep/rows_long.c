/* Maps of rows that no group keeps by itself, with infinities, NaN and huge numbers among them: those that neighbouring groups keep, half
 * in local memory or not, those that teams keep, and those that are read twice. Which are which is the device's matter. */
#include <math.h>
#include <string.h>

#include "rows.h"

/* What a row has besides what is drawn. */
enum pattern {
    HALF_LOW,    /* -inf in the first half, which is some groups' whole part */
    NO_NUMBER,   /* one NaN, the last */
    BUT_ONE_LOW, /* -inf but for one */
    FAR,         /* on both sides of 2^21 */
    SHORTER,     /* the patterns of rows that take long to judge */
    PLAIN = SHORTER,
    INFINITE, /* one +inf */
    LARGE,    /* a hundred times as large */
    ALL_LOW,  /* -inf throughout */
    ALIKE,    /* all elements the same */
    ONE_HUGE, /* the first */
    ALL_HUGE, /* and negative */
    ONE_LOW,  /* one -inf */
    FALLING,  /* by more than exponentials have numbers for */
    PATTERNS
};

enum { LENGTHS = 16, HUGE_NUMBER = 60000 };

/* Of the rows so many are of different patterns, and those behind them the same again. */
typedef struct rows_long {
    rows_shape shape;
    int64_t patterns;
} rows_long;

/* Element k of n. */
static long double special(enum pattern pattern, int64_t k, int64_t n, long double drawn)
{
    switch (pattern) {
    case ALL_LOW:
        return -INFINITY;
    case INFINITE:
        return k == 5 ? INFINITY : drawn;
    case NO_NUMBER:
        return k == n - 1 ? NAN : drawn;
    case BUT_ONE_LOW:
        return k == n / 2 ? 1.5L : -INFINITY;
    case ALIKE:
        return 4;
    case LARGE:
        return 100 * drawn;
    case ONE_HUGE:
        return k == 0 ? HUGE_NUMBER : drawn;
    case HALF_LOW:
        return k < n / 2 ? -INFINITY : drawn;
    case ALL_HUGE:
        return -HUGE_NUMBER;
    case ONE_LOW:
        return k == n / 3 ? -INFINITY : drawn;
    case FAR:
        return 2097152 + 2 * drawn;
    case FALLING:
        return -120.0L * k / n;
    default:
        return drawn;
    }
}

static unsigned char *element_of(const test_array *array, unsigned char *image, int64_t position)
{
    return image + array->before + (size_t)(array->first + position) * expops_dtype_bytes(array->dtype);
}

static void fill(test_call *call, size_t i, const rows_long *rows, test_random *random)
{
    const rows_shape *shape = &rows->shape;
    const expops_samples range = rows_range_of(call->op, i);
    test_array *array = &call->arrays[i];
    const size_t bytes = expops_dtype_bytes(array->dtype);
    for (int64_t row = 0; row < shape->rows; row++)
        for (int64_t k = 0; k < shape->n; k++) {
            const int64_t at = rows_position(shape, row, k), before = rows_position(shape, row - rows->patterns, k);
            const long double drawn =
                row < rows->patterns ? test_random_in(random, (long double)range.low, (long double)range.high) : 0;
            if (row < rows->patterns)
                test_array_set(
                    array, array->first + at,
                    (test_value){ test_round(array->dtype, i ? drawn : special((enum pattern)row, k, shape->n, drawn)),
                                  0 });
            else
                memcpy(element_of(array, array->host, at), element_of(array, array->host, before), bytes);
        }
}

static int is_same(const test_call *call, const rows_shape *shape, int64_t row, int64_t other)
{
    const size_t bytes = expops_dtype_bytes(call->out.dtype);
    int same = 1;
    for (int64_t k = 0; k < shape->n && same; k++)
        same = memcmp(element_of(&call->out, call->image, rows_position(shape, row, k)),
                      element_of(&call->out, call->image, rows_position(shape, other, k)), bytes) == 0;
    return same;
}

/* What is the same as a row that was judged, of the same elements, needs no second look. */
static int judge(test_call *call, const rows_long *rows)
{
    const rows_shape *shape = &rows->shape;
    int wrong = 0;
    for (int64_t row = 0; row < shape->rows; row++)
        if (row < rows->patterns || !is_same(call, shape, row, row - rows->patterns))
            wrong += rows_judge_one(call, shape, row);
    return wrong;
}

static int run(const rows_subject *subject, const rows_long *rows, test_random *random)
{
    const rows_shape *shape = &rows->shape;
    test_call call;
    test_call_begin(&call, subject->device, subject->op, shape->columns ? "long columns" : "long rows");
    int failures =
        rows_make_arguments(&call, subject, shape, ROWS_EVEN) ? 0 : test_report(&call, "no memory for the operands");
    for (size_t i = 0; i < call.num_args && !failures; i++) {
        const expops_samples range = rows_range_of(call.op, i);
        if (rows_is_tensor(&call, i) && call.arrays[i].ndim == 2)
            fill(&call, i, rows, random);
        else if (rows_is_tensor(&call, i))
            rows_fill(&call.arrays[i], &range, ROWS_EVEN, random);
    }
    failures = failures ? failures : rows_call(&call);
    failures = failures ? failures : judge(&call, rows);
    test_call_end(&call);
    return failures;
}

/* Rows are the columns of a matrix where the operator is told a dimension. */
static int names_dim(const expops_operator *op)
{
    int named = 0;
    for (size_t i = 0; op->parameters[i].name; i++)
        named |= op->parameters[i].kind == EXPOPS_PARAMETER_INT;
    return named;
}

int rows_long_applies(const expops_operator *op)
{
    return op->family == EXPOPS_FAMILY_MAP && rows_applies(op) && !rows_is_loss(op);
}

int rows_long_run(const rows_subject *subject)
{
    /* Of the last: with 8 groups of 256 or 512 to a row, as on NVIDIA's from compute capability 9 on, those of 64 Ki and 256 Ki are
     * kept half in local memory, and so many that groups begin one after the other; those of 1 Mi are teams'; 65537, 262143 and 1000003 have
     * edges. Of columns, the shorter ones are kept, and the longer ones cut in parts and read twice. */
    static const rows_long list[3][LENGTHS] = {
        { { { PATTERNS, 33000, 0 }, PATTERNS } },
        { { { SHORTER, 33000, 0 }, SHORTER }, { { PATTERNS, 8200, 1 }, PATTERNS } },
        { { { PATTERNS, 16384, 0 }, PATTERNS },
          { { PATTERNS, 32768, 0 }, PATTERNS },
          { { 300, 65536, 0 }, PATTERNS },
          { { PATTERNS, 65537, 0 }, PATTERNS },
          { { 16, 131072, 0 }, SHORTER },
          { { 130, 262144, 0 }, SHORTER },
          { { SHORTER, 262143, 0 }, SHORTER },
          { { SHORTER, 1000003, 0 }, SHORTER },
          { { 16, 1 << 20, 0 }, SHORTER },
          { { 264, 2000, 1 }, PATTERNS },
          { { 40, 16384, 1 }, PATTERNS },
          { { 40, 65536, 1 }, PATTERNS } },
    };
    test_random random = test_random_for(subject->op->name);
    int failures = 0;
    for (const rows_long *rows = list[rows_depth()]; rows < list[rows_depth()] + LENGTHS && rows->patterns; rows++) {
        const int result = rows->shape.columns && !names_dim(subject->op) ? 0 : run(subject, rows, &random);
        if (result < 0)
            return -1;
        failures += result;
    }
    return failures;
}
