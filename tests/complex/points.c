#include "points.h"

#include <math.h>

enum { MOST_PARTS = 48, RANDOM_POINTS = 160 };

static const long double pi = 3.14159265358979323846264338327950288L;

/* Both signs of each, and NaN. */
static int list_parts(expops_dtype dtype, long double *parts)
{
    const expops_dtype real = dtype == EXPOPS_DTYPE_C64 ? EXPOPS_DTYPE_F32 : EXPOPS_DTYPE_F64;
    const test_limits limits = test_limits_of(real);
    const long double high = dtype == EXPOPS_DTYPE_C64 ? 88.7L : 709.7L;
    const long double numbers[] = { 0,     limits.denormal, limits.tiny, 1e-4L,    0.5L,        1,    pi / 2,
                                    pi,    7.25L,           high,        high + 1, high * 1.5L, 1e9L, 1e16L,
                                    1e30L, limits.max / 4,  limits.max,  INFINITY };
    int count = 0;
    for (int i = 0; i < (int)(sizeof numbers / sizeof numbers[0]); i++) {
        parts[count++] = numbers[i];
        parts[count++] = -numbers[i];
    }
    parts[count++] = NAN;
    return count;
}

/* Either sign, 2^low to 2^high. */
static long double magnitude(test_random *random, int low, int high)
{
    const long double size = exp2l(test_random_in(random, low, high));
    return test_random_below(random, 2) ? -size : size;
}

static test_value near_unit_circle(test_random *random)
{
    const long double angle = test_random_in(random, -pi, pi);
    return (test_value){ cosl(angle) + magnitude(random, -30, -8), sinl(angle) };
}

/* -1, 0, 1, and the same times i and a few times pi / 2. */
static test_value near_special(test_random *random)
{
    const long double steps[] = { 1, pi / 2 };
    const long double place =
        steps[test_random_below(random, 2)] * (long double)((int)test_random_below(random, 9) - 4);
    const test_value off = { magnitude(random, -40, -2), magnitude(random, -40, -2) };
    return test_random_below(random, 2) ? (test_value){ place + off.re, off.im }
                                        : (test_value){ off.re, place + off.im };
}

int complex_points(expops_dtype dtype, test_random *random, test_value *points)
{
    const int range = dtype == EXPOPS_DTYPE_C64 ? 125 : 1020;
    long double parts[MOST_PARTS];
    int count = 0;
    const int num_parts = list_parts(dtype, parts);
    for (int i = 0; i < num_parts; i++)
        for (int j = 0; j < num_parts; j++)
            points[count++] = (test_value){ parts[i], parts[j] };
    for (int i = 0; i < RANDOM_POINTS; i++) {
        points[count++] = (test_value){ magnitude(random, -range, range), magnitude(random, -range, range) };
        points[count++] = (test_value){ magnitude(random, -12, 7), magnitude(random, -12, range) };
        points[count++] = (test_value){ magnitude(random, -12, 7), magnitude(random, -12, 7) };
        points[count++] = (test_value){ test_random_in(random, -4, 4), test_random_in(random, -4, 4) };
        points[count++] = near_unit_circle(random);
        points[count++] = near_special(random);
    }
    return count;
}

test_value complex_point_any(expops_dtype dtype, test_random *random)
{
    long double parts[MOST_PARTS];
    const uint64_t num_parts = (uint64_t)list_parts(dtype, parts);
    if (test_random_below(random, 4))
        return (test_value){ magnitude(random, -6, 6), magnitude(random, -6, 6) };
    return (test_value){ parts[test_random_below(random, num_parts)], parts[test_random_below(random, num_parts)] };
}
