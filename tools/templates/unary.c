#include "operator.h"

OPERATOR(NAME) = {
    .name = "NAME",
    .doc = "self / (1 + |self|).",
    .source = "NAME",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -30, 30 } },
    .bound = { .f32 = 3, .f64 = 3, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
    return self / (1 + xk_fabs(self));
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return self / (1 + fabsl(self));
}
#endif
