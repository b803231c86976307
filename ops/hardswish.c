#include "operator.h"

OPERATOR(hardswish) = {
    .name = "hardswish",
    .doc = "self * (self + 3) / 6 between -3 and 3, self * 0 below and self above: NaN is kept and negative infinity "
           "gives NaN.",
    .source = "torch.nn.functional.hardswish",
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
    /* The sixth first, so that the largest numbers do not overflow on the way. */
    return self * ((low > 6 ? 6 : low) * XK_C(0.16666666666666666667));
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return isnan(self) ? self : self * fminl(fmaxl(self + 3, 0), 6) / 6;
}
#endif
