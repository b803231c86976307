#include "operator.h"

OPERATOR(selu) = {
    .name = "selu",
    .doc = "Scaled exponential linear unit: scale * self where self is above 0, else scale * alpha * (exp(self) - 1), "
           "with the "
           "scale and alpha that keep mean 0 and variance 1.",
    .source = "torch.nn.functional.selu",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -20, 20 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
    /* scale, and scale * alpha */
    const xk_t high = self * XK_C(1.0507009873554804934), low = xk_expm1(self) * XK_C(1.7580993408473768600);
    return self > 0 ? high : low;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    const long double alpha = 1.6732632423543772848170429916717L, scale = 1.0507009873554804934193349852946L;
    return scale * (self > 0 ? self : alpha * expm1l(self));
}
#endif
