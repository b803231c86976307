/* PyTorch's type promotion, written once more for the tests: the library's own must agree with it. */
#ifndef TEST_PROMOTION_H
#define TEST_PROMOTION_H

#include "operator.h"

/* The type that inputs are converted to before the arithmetic, and the type of the result. */
typedef struct test_types {
    expops_dtype common, result;
} test_types;

/* Both are EXPOPS_DTYPE_COUNT where the inputs' types have none in common. */
test_types test_promote(const expops_operator *op, const expops_value *args, size_t num_args);
/* Whether tensors of these types have a type in common. */
int test_meet(expops_dtype a, expops_dtype b);
/* Whether a result of type `from` may be stored in an output of type `to`. */
int test_can_cast(expops_dtype from, expops_dtype to);

#endif
