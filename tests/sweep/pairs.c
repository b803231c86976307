/* Inputs of operators with two operands: structured pairs, pairs that cancel, and random ones. */
#include "points.h"

#include <math.h>

enum { MAX_SPECIALS = 96, GRID = 64 };

static int special_values(const sweep_query *query, long double *values)
{
    static const double positive[] = { 0,   1e-30, 1e-10, 1e-3, 0.25, 0.5, 1,   1.5,  2,   3,
                                       7.5, 10,    16,    20,   50,   88,  100, 1000, 1e5, 1e30 };
    const test_limits limits = test_limits_of(query->dtype);
    int count = 0;
    for (int sign = -1; sign <= 1; sign += 2) {
        for (size_t i = 0; i < sizeof(positive) / sizeof(positive[0]); i++)
            values[count++] = sign * (long double)positive[i];
        values[count++] = sign * limits.max;
        values[count++] = sign * limits.tiny;
        values[count++] = sign * limits.denormal;
        values[count++] = sign * sqrtl(limits.max);
        values[count++] = sign * sqrtl(limits.tiny);
        values[count++] = sign * (1 + test_ulp(query->dtype, 1));
        values[count++] = sign * (1 - test_ulp(query->dtype, 0.75L));
        values[count++] = sign * (long double)INFINITY;
    }
    values[count++] = NAN;
    return count;
}

static void add_specials(sweep_points *points, sweep_query *query)
{
    long double values[MAX_SPECIALS];
    const int count = special_values(query, values);
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++)
            sweep_points_add(points, query, values[i], values[j]);
        for (int j = 0; j < 40; j++) {
            sweep_points_add(points, query, values[i], sweep_random_near(query, 1));
            sweep_points_add(points, query, sweep_random_near(query, 0), values[i]);
        }
    }
}

/* For random first operands the second ones that make the result vanish, and their neighbours. */
static void add_roots(sweep_points *points, sweep_query *query, int count)
{
    const expops_samples range = sweep_range(query, 1);
    const long double step = ((long double)range.high - (long double)range.low) / GRID;
    for (int i = 0; i < count; i++) {
        const long double self = test_round(query->dtype, sweep_random_near(query, 0));
        query->arguments[query->places[0]] = self;
        for (int k = 0; k < GRID; k++) {
            const long double low = (long double)range.low + (k + 0.01L) * step;
            const long double root = sweep_root(query, 1, low, low + step);
            const long double ulp = isfinite(root) ? test_ulp(query->dtype, root) : 0;
            for (int j = -2; j <= 2 && isfinite(root); j++)
                sweep_points_add(points, query, self, root + j * ulp);
            for (int j = 2; j < 30 && isfinite(root); j += 3)
                sweep_points_add(points, query, self, root + ldexpl(ulp, j));
        }
    }
}

static void add_random(sweep_points *points, sweep_query *query, int count)
{
    for (int i = 0; i < count; i++) {
        const long double self = sweep_random_near(query, 0), any = sweep_random_any(query);
        const long double apart = 1 + ldexpl(1, -(int)test_random_below(&query->random, 60));
        sweep_points_add(points, query, self, sweep_random_near(query, 1));
        sweep_points_add(points, query, any, sweep_random_any(query));
        sweep_points_add(points, query, any, any * apart); /* of like magnitude */
        sweep_points_add(points, query, self, i & 1 ? self * apart : -self * apart);
    }
}

void sweep_points_pairs(sweep_points *points, sweep_query *query)
{
    add_specials(points, query);
    add_roots(points, query, 100);
    add_random(points, query, query->dtype == EXPOPS_DTYPE_F64 ? 5000 : 20000);
}
