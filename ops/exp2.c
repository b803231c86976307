#include "operator.h"

OPERATOR(exp2) = {
    .name = "exp2",
    .doc = "2 to the power of self; exact for whole numbers.",
    .source = "torch.exp2",
    .aliases = { "special_exp2" },
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
    return xk_cexp(xk_cscale(self, XK_C(0.69314718055994530942)));
#else
    return xk_exp2(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return exp2l(self);
}
#endif
