#include "operator.h"

OPERATOR(elu) = {
    .name = "elu",
    .doc = "Exponential linear unit: (exp(self * input_scale) - 1) * alpha * scale where self is below 0, else self * "
           "scale.",
    .source = "torch.nn.functional.elu",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), NUMBER("alpha", DEFAULT(1)), NUMBER("scale", DEFAULT(1)),
                    NUMBER("input_scale", DEFAULT(1)) },
    .samples = { { -20, 20 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t alpha, xk_t scale, xk_t input_scale)
{
    const xk_t low = xk_expm1(self * input_scale) * (alpha * scale), high = self * scale;
    return self < 0 ? low : high;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double alpha, long double scale, long double input_scale)
{
    return self < 0 ? alpha * scale * expm1l(self * input_scale) : self * scale;
}
#endif
