#include "operator.h"

OPERATOR(leaky_relu) = {
    .name = "leaky_relu",
    .doc = "self where it is above 0, else self * negative_slope; NaN is kept.",
    .source = "torch.nn.functional.leaky_relu",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), NUMBER("negative_slope", DEFAULT(0.01)) },
    .samples = { { -10, 10 } },
    .bound = { .f32 = 1, .f64 = 1, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t negative_slope)
{
    return self > 0 ? self : self * negative_slope;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double negative_slope)
{
    return self > 0 ? self : self * negative_slope;
}
#endif
