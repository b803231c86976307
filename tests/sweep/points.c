/* Structured and random inputs of operators with one operand. */
#include "points.h"

#include <math.h>
#include <stdlib.h>

enum { STEPS = 24, GRID = 4096 };

void sweep_points_add(sweep_points *points, const sweep_query *query, long double self, long double other)
{
    if (points->count == points->room) {
        const size_t room = points->room ? 2 * points->room : 1 << 15;
        void *values = realloc(points->values, room * sizeof(*points->values));
        points->is_exhausted |= !values;
        if (!values)
            return;
        points->values = values;
        points->room = room;
    }
    points->values[points->count][0] = test_round(query->dtype, self);
    points->values[points->count++][1] = test_round(query->dtype, other);
}

void sweep_points_free(sweep_points *points)
{
    free(points->values);
    points->values = NULL;
}

expops_samples sweep_range(const sweep_query *query, int operand)
{
    const expops_samples range =
        query->places[operand] < 4 ? query->op->samples[query->places[operand]] : (expops_samples){ 0, 0 };
    return range.low == range.high ? (expops_samples){ -5, 5 } : range;
}

long double sweep_random_near(sweep_query *query, int operand)
{
    const expops_samples range = sweep_range(query, operand);
    return test_random_in(&query->random, (long double)range.low, (long double)range.high);
}

long double sweep_random_any(sweep_query *query)
{
    const uint64_t bits = test_random_bits(&query->random);
    const long double value = test_load(query->dtype, &bits).re;
    return isfinite(value) ? value : 1;
}

static long double function_at(sweep_query *query, int operand, long double x)
{
    query->arguments[query->places[operand]] = x;
    return test_reference_call(query->own, query->arguments);
}

long double sweep_root(sweep_query *query, int operand, long double low, long double high)
{
    const long double left = function_at(query, operand, low), right = function_at(query, operand, high);
    if (!isfinite(left) || !isfinite(right) || !((left < 0) != (right < 0)))
        return NAN;
    for (int i = 0; i < 80; i++) {
        const long double middle = (low + high) / 2;
        if ((function_at(query, operand, middle) < 0) == (left < 0))
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* A number, its neighbours one by one, and others at distances that double. */
static void add_around(sweep_points *points, const sweep_query *query, long double x, int neighbours)
{
    const long double ulp = test_ulp(query->dtype, x);
    for (int step = -neighbours; step <= neighbours; step++)
        sweep_points_add(points, query, x + step * ulp, 0);
    for (int bit = 3; bit < test_format_of(query->dtype).precision; bit++) {
        const long double distance = ldexpl(ulp, bit);
        sweep_points_add(points, query, x + distance, 0);
        sweep_points_add(points, query, x - distance, 0);
    }
}

/* Whole and half numbers, quarters near 0, and multiples of pi / 2; the overflow of exp and its relatives. */
static void add_landmarks(sweep_points *points, const sweep_query *query)
{
    const long double pi = acosl(-1);
    for (int k = -80; k <= 80; k++)
        add_around(points, query, k / 2.0L, 6);
    for (int k = -17; k <= 17; k += 2)
        add_around(points, query, k / 4.0L, 6);
    for (int k = -40; k <= 40; k++)
        add_around(points, query, k * pi / 2, 3);
    for (int k = 41; k <= 1024; k += k < 128 ? 1 : 7)
        for (int sign = -1; sign <= 1; sign += 2)
            sweep_points_add(points, query, sign * (long double)k, 0);
    const test_limits limits = test_limits_of(query->dtype);
    const long double edges[] = { limits.max, limits.tiny, limits.denormal };
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            add_around(points, query, sign * logl(edges[i]), 6);
            add_around(points, query, sign * log2l(edges[i]), 6);
            add_around(points, query, sign * sqrtl(edges[i]), 6);
            sweep_points_add(points, query, sign * edges[i], 0);
        }
    for (int sign = -1; sign <= 1; sign += 2) {
        sweep_points_add(points, query, sign * INFINITY, 0);
        sweep_points_add(points, query, sign * 0.0L, 0);
    }
    sweep_points_add(points, query, NAN, 0);
}

static void add_thresholds(sweep_points *points, const sweep_query *query)
{
    for (const expops_parameter *parameter = query->op->parameters; parameter->name; parameter++)
        if (parameter->kind == EXPOPS_PARAMETER_NUMBER && isfinite(parameter->default_value)) {
            add_around(points, query, (long double)parameter->default_value, 6);
            add_around(points, query, -(long double)parameter->default_value, 6);
        }
    const expops_samples range = sweep_range(query, 0);
    add_around(points, query, (long double)range.low, 12);
    add_around(points, query, (long double)range.high, 12);
}

/* Roots and poles within the operator's range and a little beyond it. */
static void add_roots(sweep_points *points, sweep_query *query)
{
    const expops_samples range = sweep_range(query, 0);
    const long double wide = ((long double)range.high - (long double)range.low) * 1.25L, step = wide / GRID;
    const long double first = (long double)range.low - 0.1L * wide + 0.01L * step;
    for (int i = 0; i < GRID; i++) {
        const long double root = sweep_root(query, 0, first + i * step, first + (i + 1) * step);
        if (isfinite(root))
            add_around(points, query, root, STEPS);
    }
}

/* Every exponent of both signs, with the first and the last significands and random ones. */
static void add_exponents(sweep_points *points, sweep_query *query, int each)
{
    const test_format format = test_format_of(query->dtype);
    const int fraction = format.precision - 1;
    const uint64_t low_bits = (UINT64_C(1) << fraction) - 1;
    for (uint64_t top = 0; top < UINT64_C(1) << (format.exponent + 1); top++)
        for (int i = 0; i < each; i++) {
            const uint64_t random = test_random_bits(&query->random) & low_bits;
            const uint64_t significand = i == 0 ? 0 : i == 1 ? low_bits : random;
            const uint64_t bits = top << fraction | significand;
            sweep_points_add(points, query, test_load(query->dtype, &bits).re, 0);
        }
}

/* In the operator's range, in it but on a scale of exponents, and around 0. */
static void add_random(sweep_points *points, sweep_query *query, int count)
{
    for (int i = 0; i < count; i++) {
        sweep_points_add(points, query, sweep_random_near(query, 0), 0);
        const long double scale = ldexpl(1, -(int)test_random_below(&query->random, 24));
        sweep_points_add(points, query, sweep_random_near(query, 0) * scale, 0);
        if (i % 4 == 0)
            sweep_points_add(points, query, test_random_in(&query->random, -1, 1), 0);
        if (i % 4 == 1)
            sweep_points_add(points, query, test_random_in(&query->random, -200, 200), 0);
    }
}

static void add_single(sweep_points *points, sweep_query *query)
{
    const int is_double = query->dtype == EXPOPS_DTYPE_F64;
    add_landmarks(points, query);
    add_thresholds(points, query);
    add_roots(points, query);
    add_exponents(points, query, is_double ? 3 : 32);
    add_random(points, query, is_double ? 8000 : 32000);
}

sweep_points sweep_points_make(sweep_query *query)
{
    sweep_points points = { 0 };
    if (query->operands == 2)
        sweep_points_pairs(&points, query);
    else if (test_format_of(query->dtype).bytes == 2)
        points = (sweep_points){ .count = 1 << 16, .is_exhaustive = 1 };
    else
        add_single(&points, query);
    return points;
}
