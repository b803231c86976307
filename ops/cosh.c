#include "operator.h"

OPERATOR(cosh) = {
    .name = "cosh",
    .doc = "Hyperbolic cosine.",
    .source = "torch.cosh",
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
    return xk_ccosh(self);
#elif XK_HALF
    /* Half of e^x without overflow before the result does. */
    const xk_t e = xk_exp(xk_fabs(self) - XK_C(0.69314718));
    return e + XK_C(0.25) * xk_rcp(e);
#else
    return xk_cosh(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return coshl(self);
}
#endif
