/* The reference part of an operator's file. core/operator.h includes this where EXPOPS_REFERENCE is defined:
 *
 *   #ifdef EXPOPS_REFERENCE
 *   REFERENCE(long double self, long double other) { return self * other; }
 *   #endif
 *
 * Pointwise: one element, every argument in the parameters' order: tensors and operands converted to the type of the
 * arithmetic, numbers, bools and integers as they are, a choice as its index; an absent number is its default. Rows:
 * ROW_REFERENCE { ... } sees one row as `r`. Operators that move elements: MOVE_REFERENCE { ... } (move_reference.h). */
#ifndef TEST_REFERENCE_H
#define TEST_REFERENCE_H

#include <math.h>
#include <stdint.h>
#include "move_reference.h"

enum { TEST_ROW_NUMBERS = 6, TEST_REFERENCE_ARGUMENTS = 8 };

typedef struct expops_row_reference {
    int64_t n;
    const long double *x;
    const long double *weight, *bias;      /* n elements of the second tensor and of the third, or NULL */
    long double numbers[TEST_ROW_NUMBERS]; /* numbers and choices in the parameters' order */
    long double *out;                      /* reduce: one; map: n */
    /* As many: how far each may be off for the roundings on the way, in the largest relative error of one rounding of the
     * arithmetic; infinite where any answer is right. 0 on entry; an operator that leaves it so is granted a random walk. */
    long double *error;
} expops_row_reference;

typedef long double (*test_reference_fn)(void);
typedef void (*test_row_reference_fn)(const expops_row_reference *r);

typedef struct test_reference {
    const char *name;
    int count;                 /* arguments of `element` */
    test_reference_fn element; /* one of the three */
    test_row_reference_fn row;
    test_move_fn move;
} test_reference;

/* Of the arguments of the call at hand that are tensors, for a reference of arithmetic that wraps; floats where nobody says. */
extern int test_reference_types[TEST_REFERENCE_ARGUMENTS];

void test_reference_add(const test_reference *reference);
/* NULL where the operator's file has none. */
const test_reference *test_reference_find(const char *name);
long double test_reference_call(const test_reference *reference, const long double *arguments);

/* Through how many additions an element goes where n are added pairwise. Kernels may add a few one after the other; a sum is still
 * to be as good as the pairwise one, so no more is granted: each addition rounds by at most the sum of what it adds. */
static inline long double test_levels(int64_t n)
{
    return n > 1 ? ceill(log2l((long double)n)) : 0;
}

/* Everything below lives in the operator's file: each registers itself before main. */
#ifdef EXPOPS_REFERENCE
static const char *reference_name(void) __attribute__((unused));

#define OPERATOR(name_) \
    static const char *reference_name(void) \
    { \
        return #name_; \
    } \
    static const struct expops_operator expops_unused_##name_ __attribute__((unused))

#define REFERENCE_COUNT_(a, b, c, d, e, f, g, h, count, ...) count
#define REFERENCE_COUNT(...) REFERENCE_COUNT_(__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0)

/* The build knows what the definition's parameters are. An error in what a macro of a system's header becomes is one at the line
 * that uses it. */
#pragma GCC system_header
#ifdef REFERENCE_TAKES
#define REFERENCE_CHECK(count, given) \
    _Static_assert(!__builtin_strcmp(given, REFERENCE_TAKES), "by the parameters it is REFERENCE(" REFERENCE_TAKES ")");
#else
#define REFERENCE_CHECK(count, given) \
    _Static_assert((count) == REFERENCE_ARGUMENTS, "it takes another number of arguments than the operator");
#endif

#define REFERENCE(...) \
    REFERENCE_CHECK(REFERENCE_COUNT(__VA_ARGS__), #__VA_ARGS__) \
    static long double reference_element(__VA_ARGS__); \
    __attribute__((constructor)) static void reference_register(void) \
    { \
        const test_reference reference = { reference_name(), REFERENCE_COUNT(__VA_ARGS__), \
                                           (test_reference_fn)(void *)reference_element, 0, 0 }; \
        test_reference_add(&reference); \
    } \
    static long double reference_element(__VA_ARGS__)

#define ROW_REFERENCE \
    static void reference_row(const expops_row_reference *r); \
    __attribute__((constructor)) static void reference_register(void) \
    { \
        const test_reference reference = { reference_name(), 0, 0, reference_row, 0 }; \
        test_reference_add(&reference); \
    } \
    static void reference_row(const expops_row_reference *r)
#endif

#endif
