#include "operator.h"

OPERATOR(asinh) = {
    .name = "asinh",
    .doc = "Inverse hyperbolic sine.",
    .source = "torch.asinh",
    .aliases = { "arcsinh" },
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_INT_TO_FLOAT,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_casinh(self);
#elif XK_HALF
    /* A series where 1 is lost in the logarithm's argument; twice a large argument, whose square may overflow. */
    const xk_t a = xk_fabs(self), square = self * self;
    const xk_t series = self * (1 - square * (XK_C(0.16666667) - square * (XK_C(0.075) - square * XK_C(0.044642857))));
    const xk_t far = xk_log(a > 4096 ? a : a + xk_sqrt(square + 1)) + (a > 4096 ? XK_C(0.69314718) : XK_C(0));
    return a < XK_C(0.25) ? series : xk_copysign(far, self);
#else
    return xk_asinh(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return asinhl(self);
}
#endif
