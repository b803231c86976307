#include "operator.h"

OPERATOR(exp) = {
    .name = "exp",
    .doc = "e to the power of self.",
    .source = "torch.exp",
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
    return xk_cexp(self);
#elif XK_F64
    /* Some devices' exp is infinite a few numbers before the result is. */
    const int high = self > 709;
    const xk_t e = xk_exp(high ? self - 1 : self);
    return high ? e * XK_C(2.7182818284590452354) : e;
#else
    return xk_exp(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return expl(self);
}
#endif
