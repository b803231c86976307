#include "operator.h"

OPERATOR(expm1) = {
    .name = "expm1",
    .doc = "exp(self) - 1, which keeps its digits near zero.",
    .source = "torch.expm1",
    .aliases = { "special_expm1" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -20, 80 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_cexpm1(self);
#else
    return xk_expm1(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return expm1l(self);
}
#endif
