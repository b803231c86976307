#include "operator.h"

OPERATOR(log) = {
    .name = "log",
    .doc = "The natural logarithm; -infinity for zeros, NaN below.",
    .source = "torch.log",
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
    return xk_clog(self);
#else
    return xk_log(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return logl(self);
}
#endif
