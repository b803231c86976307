#include "operator.h"

OPERATOR(silu) = {
    .name = "silu",
    .doc = "self / (1 + exp(-self)), also known as swish.",
    .source = "torch.nn.functional.silu",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -30, 30 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_HALF
    return xk_half_gate(self, self);
#else
    return self / (1 + xk_exp(-self));
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return self / (1 + expl(-self));
}
#endif
