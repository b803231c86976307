#include "operator.h"

OPERATOR(abs) = {
    .name = "abs",
    .doc = "Absolute value; the smallest integer stays itself, a complex number gives its magnitude.",
    .source = "torch.abs",
    .aliases = { "absolute" },
    .dtypes = FLOATING | INTEGRAL | COMPLEX,
    .result = EXPOPS_RESULT_REAL,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
};

#ifdef XK
#define XK_OF_HALF_BITS(bits) ((bits)&0x7fff)
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_hypot(self.re, self.im);
#elif XK_F32 || XK_F64
    return xk_fabs(self);
#else
    return self < 0 ? -self : self;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return fabsl(self);
}
#endif
