#include "operator.h"

OPERATOR(logical_xor) = {
    .name = "logical_xor",
    .doc = "1 where exactly one of self and other is zero, else 0; NaN is not zero.",
    .source = "torch.logical_xor",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .result = EXPOPS_RESULT_BOOL,
    .parameters = { TENSOR("self"), TENSOR("other") },
    .samples = { { -2, 2 }, { -2, 2 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t other)
{
    return xk_is_true(self) != xk_is_true(other);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    return !self != !other;
}
#endif
