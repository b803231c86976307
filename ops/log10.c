#include "operator.h"

OPERATOR(log10) = {
    .name = "log10",
    .doc = "The logarithm to base 10; -infinity for zeros, NaN below.",
    .source = "torch.log10",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { 0.001, 100 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_cscale(xk_clog(self), XK_C(0.43429448190325182765));
#elif XK_HALF
    return xk_log(self) * XK_C(0.43429448);
#else
    return xk_log10(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return log10l(self);
}
#endif
