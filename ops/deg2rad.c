#include "operator.h"

OPERATOR(deg2rad) = {
    .name = "deg2rad",
    .doc = "Degrees in radians: self * pi / 180.",
    .source = "torch.deg2rad",
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -720, 720 } },
    .bound = { .f32 = 1, .f64 = 1, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
    return self * XK_C(0.017453292519943295769);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return self * acosl(-1) / 180;
}
#endif
