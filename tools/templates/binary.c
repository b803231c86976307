#include "operator.h"

OPERATOR(NAME) = {
    .name = "NAME",
    .doc = "self / (1 + |other|).",
    .source = "NAME",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), OPERAND("other") },
    .samples = { { -30, 30 }, { -30, 30 } },
    .bound = { .f32 = 3, .f64 = 3, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t other)
{
    return self / (1 + xk_fabs(other));
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    return self / (1 + fabsl(other));
}
#endif
