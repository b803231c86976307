#include "operator.h"

OPERATOR(log2) = {
    .name = "log2",
    .doc = "The logarithm to base 2; -infinity for zeros, NaN below.",
    .source = "torch.log2",
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
    return xk_cscale(xk_clog(self), XK_C(1.4426950408889634074));
#elif XK_HALF
    return xk_log(self) * XK_C(1.44269504);
#else
    return xk_log2(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return log2l(self);
}
#endif
