#include "operator.h"

OPERATOR(hardsigmoid) = {
    .name = "hardsigmoid",
    .doc = "(self + 3) / 6 between -3 and 3, 0 below and 1 above; NaN is kept.",
    .source = "torch.nn.functional.hardsigmoid",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -5, 5 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
    const xk_t raised = self + 3;
    const xk_t low = raised < 0 ? 0 : raised;
    return (low > 6 ? 6 : low) * XK_C(0.16666666666666666667);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return isnan(self) ? self : fminl(fmaxl(self + 3, 0), 6) / 6;
}
#endif
