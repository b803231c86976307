#include "operator.h"

OPERATOR(sinh) = {
    .name = "sinh",
    .doc = "Hyperbolic sine.",
    .source = "torch.sinh",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_INT_TO_FLOAT,
    .parameters = { TENSOR("self") },
    .samples = { { -80, 80 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_csinh(self);
#elif XK_HALF
    /* Half of e^x without overflow before the result does; a series where the exponentials cancel. */
    const xk_t e = xk_exp(xk_fabs(self) - XK_C(0.69314718)), square = self * self;
    const xk_t series = self * (1 + square * (XK_C(0.16666667) + square * XK_C(0.0083333333)));
    return xk_fabs(self) < XK_C(0.5) ? series : xk_copysign(e - XK_C(0.25) * xk_rcp(e), self);
#else
    return xk_sinh(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return sinhl(self);
}
#endif
