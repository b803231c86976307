#include "operator.h"

OPERATOR(rad2deg) = {
    .name = "rad2deg",
    .doc = "Radians in degrees: self * 180 / pi.",
    .source = "torch.rad2deg",
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -12, 12 } },
    .bound = { .f32 = 1, .f64 = 1, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
    return self * XK_C(57.295779513082320877);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return self * 180 / acosl(-1);
}
#endif
