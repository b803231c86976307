#include "operator.h"

OPERATOR(sinh) = {
    .name = "sinh",
    .doc = "Hyperbolic sine.",
    .source = "torch.sinh",
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
    return xk_csinh(self);
#elif XK_HALF
    /* Halves of e^x and e^-x without overflow before the result does; a series where they cancel. */
    const xk_t far = xk_raw_exp2(self * XK_LOG2_E - 1) - xk_raw_exp2(-self * XK_LOG2_E - 1);
    const xk_t series = self + self * (self * self * XK_C(0.16666667));
    return xk_fabs(self) < XK_C(0.125) ? series : far;
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
