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
/* Left of SILU_LOW the 1 beside exp(-self) is lost, and so both sides of the fraction may lose a factor exp(SILU_SHIFT),
 * whose reciprocal is SILU_REST: without that exp(-self) overflows where the result does not yet vanish. */
#if XK_F64
#define SILU_LOW XK_C(-600.0)
#define SILU_SHIFT XK_C(100.0)
#define SILU_REST XK_C(3.7200759760208359630e-44)
#else
#define SILU_LOW XK_C(-60.0)
#define SILU_SHIFT XK_C(32.0)
#define SILU_REST XK_C(1.2664165549094175723e-14)
#endif

KERNEL(xk_t self)
{
    const int low = self < SILU_LOW;
    const xk_t over = low ? self * SILU_REST : self;
    return over / (1 + xk_exp((low ? -SILU_SHIFT : 0) - self));
}
#endif
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return self / (1 + expl(-self));
}
#endif
