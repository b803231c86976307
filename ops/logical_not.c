#include "operator.h"

OPERATOR(logical_not) = {
    .name = "logical_not",
    .doc = "1 where self is zero, else 0; NaN is not zero.",
    .source = "torch.logical_not",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .result = EXPOPS_RESULT_BOOL,
    .parameters = { TENSOR("self") },
    .samples = { { -2, 2 } },
};

#ifdef XK
KERNEL(xk_t self)
{
    return !xk_is_true(self);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return !self;
}
#endif
