#include "operator.h"

OPERATOR(neg) = {
    .name = "neg",
    .doc = "-self; integers wrap, the sign of zero and NaN flips.",
    .source = "torch.neg",
    .aliases = { "negative" },
    .dtypes = FLOATING | INTEGRAL | COMPLEX,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
};

#ifdef XK
#define XK_OF_HALF_BITS(bits) ((bits) ^ 0x8000)
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    self.re = -self.re;
    self.im = -self.im;
    return self;
#else
    return -self;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return -self;
}
#endif
