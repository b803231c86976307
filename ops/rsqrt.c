#include "operator.h"

OPERATOR(rsqrt) = {
    .name = "rsqrt",
    .doc = "1 / sqrt(self); -infinity for -0, NaN below zero.",
    .source = "torch.rsqrt",
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
    return xk_crsqrt(self);
#else
    return xk_rsqrt(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return 1 / sqrtl(self);
}
#endif
