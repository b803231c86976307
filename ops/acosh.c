#include "operator.h"

OPERATOR(acosh) = {
    .name = "acosh",
    .doc = "Inverse hyperbolic cosine; NaN below 1.",
    .source = "torch.acosh",
    .aliases = { "arccosh" },
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_INT_TO_FLOAT,
    .parameters = { TENSOR("self") },
    .samples = { { 1, 100 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_cacosh(self);
#elif XK_HALF
    /* A series beside 1, where the logarithm's argument loses its digits; twice a large argument, whose square may
     * overflow. */
    const xk_t d = self - 1, root = xk_sqrt(2 * d);
    const xk_t series = root * (1 - d * (XK_C(0.083333333) - d * (XK_C(0.01875) - d * XK_C(0.0055803571))));
    const xk_t far = xk_log(self > 4096 ? self : self + xk_sqrt(d * (self + 1)));
    return d < XK_C(0.25) ? series : self > 4096 ? far + XK_C(0.69314718) : far;
#else
    return xk_acosh(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return acoshl(self);
}
#endif
