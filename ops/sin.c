#include "operator.h"

OPERATOR(sin) = {
    .name = "sin",
    .doc = "Sine of self in radians; NaN for infinities.",
    .source = "torch.sin",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_INT_TO_FLOAT,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_csin(self);
#elif XK_HALF
    return xk_fast_sin(self);
#else
    return xk_sin(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return sinl(self);
}
#endif
