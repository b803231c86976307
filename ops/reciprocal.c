#include "operator.h"

OPERATOR(reciprocal) = {
    .name = "reciprocal",
    .doc = "1 / self.",
    .source = "torch.reciprocal",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
    .bound = { .f32 = 2.5f, .f64 = 1, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_creciprocal(self);
#else
    return xk_rcp(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return 1 / self;
}
#endif
