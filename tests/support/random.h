/* Reproducible random numbers: SplitMix64. EXPOPS_TEST_SEED varies every test's numbers. */
#ifndef TEST_RANDOM_H
#define TEST_RANDOM_H

#include <stdint.h>
#include "numbers.h"

typedef struct test_random {
    uint64_t state;
} test_random;

/* The seed of this run: EXPOPS_TEST_SEED, or a fixed one. */
uint64_t test_seed(void);
/* A generator that depends on the run's seed and on `name` only. */
test_random test_random_for(const char *name);
uint64_t test_random_bits(test_random *random);
/* Below `limit`, which is positive. */
uint64_t test_random_below(test_random *random, uint64_t limit);
/* Uniform in [low, high]. */
long double test_random_in(test_random *random, long double low, long double high);
/* An element of `dtype`, near-uniform in [low, high] as far as the type reaches. */
test_value test_random_element(test_random *random, expops_dtype dtype, long double low, long double high);

#endif
