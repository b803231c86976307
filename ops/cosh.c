#include "operator.h"

OPERATOR(cosh) = {
    .name = "cosh",
    .doc = "Hyperbolic cosine.",
    .source = "torch.cosh",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
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
    /* Halves of e^x and e^-x without overflow before the result does. */
    return xk_raw_exp2(self * XK_LOG2_E - 1) + xk_raw_exp2(-self * XK_LOG2_E - 1);
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
