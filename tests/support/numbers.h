/* Element values as the tests see them: converted by integer arithmetic of their own, compared in units in the last
 * place. Nothing here is shared with the library or its kernels. */
#ifndef TEST_NUMBERS_H
#define TEST_NUMBERS_H

#include <stdint.h>
#include "expops/dtype.h"

/* An element; re holds every 64-bit integer exactly. */
typedef struct test_value {
    long double re, im;
} test_value;

enum test_class { TEST_FLOAT, TEST_INTEGER, TEST_BOOL, TEST_COMPLEX };

typedef struct test_format {
    enum test_class kind;
    int bytes;     /* of one number: half of a complex element */
    int precision; /* bits of the significand, the hidden one included; of an integer: its bits */
    int exponent;  /* floats: bits of the exponent */
    int is_signed;
} test_format;

test_format test_format_of(expops_dtype dtype);
int test_is_float(expops_dtype dtype);
int test_is_integer(expops_dtype dtype);
int test_is_complex(expops_dtype dtype);

test_value test_load(expops_dtype dtype, const void *element);
/* Rounds to nearest even; integers drop what lies outside modulo 2 to the number of bits, bool is "not zero". */
void test_store(expops_dtype dtype, void *element, test_value value);
/* What `value` is after being stored as `dtype`. */
long double test_round(expops_dtype dtype, long double value);

/* What `value`, a number of any type, is after PyTorch's conversion to `dtype`: to a half type it goes through f32, which
 * rounds what f32 cannot hold twice. */
long double test_convert(expops_dtype dtype, long double value);

/* Largest finite value, smallest normal and smallest positive one; for integers the extremes (lowest in `tiny`). */
typedef struct test_limits {
    long double max, lowest, tiny, denormal;
} test_limits;
test_limits test_limits_of(expops_dtype dtype);

/* Space between neighbours at `value` in the floating type `dtype`. */
long double test_ulp(expops_dtype dtype, long double value);
/* Whether `actual`, an element of the floating type `dtype`, lies within `bound` units in the last place (plus `slack`,
 * absolute) of the exact answer. NaN matches NaN; infinities and the sign of zero must agree. */
int test_close(expops_dtype dtype, long double actual, long double expected, double bound, long double slack);
/* The distance in units in the last place, for messages; -1 where it has no meaning. */
double test_distance(expops_dtype dtype, long double actual, long double expected);

#endif
