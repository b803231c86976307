#include "operator.h"

OPERATOR(hardshrink) = {
    .name = "hardshrink",
    .doc = "0 where self lies in [-lambd, lambd], else self; NaN is kept.",
    .source = "torch.nn.functional.hardshrink",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), NUMBER("lambd", DEFAULT(0.5), .meets = EXPOPS_MEETS_COMMON) },
    .samples = { { -2, 2 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t lambd)
{
    return self >= -lambd && self <= lambd ? 0 : self;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double lambd)
{
    return -lambd <= self && self <= lambd ? 0 : self;
}
#endif
