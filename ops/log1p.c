#include "operator.h"

OPERATOR(log1p) = {
    .name = "log1p",
    .doc = "log(1 + self), which keeps its digits near zero.",
    .source = "torch.log1p",
    .aliases = { "special_log1p" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -1, 20 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_clog1p(self);
#else
    return xk_log1p(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return log1pl(self);
}
#endif
