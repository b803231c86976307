#include "operator.h"

OPERATOR(square) = {
    .name = "square",
    .doc = "self * self; integers wrap, bool becomes i64.",
    .source = "torch.square",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_BOOL_TO_INT,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
    .bound = { .f32 = 0.5f, .f64 = 0.5f, .f16 = 0.5f, .bf16 = 0.5f },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    return xk_cmul(self, self);
#else
    return self * self;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return self * self;
}
#endif
