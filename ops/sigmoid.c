#include "operator.h"

OPERATOR(sigmoid) = {
    .name = "sigmoid",
    .doc = "1 / (1 + exp(-self)).",
    .source = "torch.sigmoid",
    .aliases = { "special_expit" },
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_INT_TO_FLOAT,
    .parameters = { TENSOR("self") },
    .samples = { { -20, 20 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    /* Where exp(-self) may overflow, by exp(self) over one more than it. */
    const int left = self.re < 0;
    const xk_t e = xk_cexp(left ? self : xk_cneg(self)), one = xk_complex(1, 0);
    return xk_cdiv(left ? e : one, xk_cadd(one, e));
#elif XK_HALF
    return xk_half_gate(1, self);
#else
    return xk_rcp(1 + xk_exp(-self));
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return 1 / (1 + expl(-self));
}
#endif
