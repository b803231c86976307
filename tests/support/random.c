#include "random.h"

#include <math.h>
#include <stdlib.h>

uint64_t test_seed(void)
{
    const char *text = getenv("EXPOPS_TEST_SEED");
    return text ? strtoull(text, NULL, 0) : 20240229;
}

test_random test_random_for(const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return (test_random){ hash ^ test_seed() * UINT64_C(0x9E3779B97F4A7C15) };
}

uint64_t test_random_bits(test_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

uint64_t test_random_below(test_random *random, uint64_t limit)
{
    return test_random_bits(random) % limit;
}

long double test_random_in(test_random *random, long double low, long double high)
{
    return low + (high - low) * ((long double)(test_random_bits(random) >> 11) * 0x1p-53L);
}

test_value test_random_element(test_random *random, expops_dtype dtype, long double low, long double high)
{
    const test_limits limits = test_limits_of(dtype);
    if (low < limits.lowest)
        low = limits.lowest;
    if (high > limits.max)
        high = limits.max;
    if (high < low)
        high = low = limits.lowest < 0 ? 0 : limits.lowest;
    test_value value = { test_random_in(random, low, high), 0 };
    if (test_format_of(dtype).kind == TEST_INTEGER)
        value.re = rintl(value.re);
    if (test_format_of(dtype).kind == TEST_BOOL)
        value.re = (long double)(test_random_bits(random) & 1);
    if (test_is_complex(dtype))
        value.im = test_random_in(random, low, high);
    return value;
}
