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
#if XK_HALF
KERNEL(xk_t self)
{
    return xk_half_gate(self, self);
}
#else
/* exp(-SILU_SHIFT) is SILU_REST; left of SILU_LOW the 1 beside exp(-self) is lost. */
#if XK_F64
#define SILU_LOW XK_C(-600.0)
#define SILU_SHIFT XK_C(100.0)
#define SILU_REST XK_C(3.7200759760208359630e-44)
#else
#define SILU_LOW XK_C(-60.0)
#define SILU_SHIFT XK_C(40.0)
#define SILU_REST XK_C(4.2483542552915889953e-18)
#endif

KERNEL(xk_t self)
{
    /* Far left exp(-self) overflows where the result does not yet vanish: there exp(self) in two factors. */
    const int low = self < SILU_LOW;
    const xk_t e = xk_exp(low ? self + SILU_SHIFT : -self);
    return low ? self * e * SILU_REST : self / (1 + e);
}
#endif
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return self / (1 + expl(-self));
}
#endif
