#include "operator.h"

OPERATOR(i0) = {
    .name = "i0",
    .doc = "The modified Bessel function of the first kind of order 0; NaN for infinities, as in PyTorch.",
    .source = "torch.i0",
    .aliases = { "special_i0" },
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -20, 20 } },
    .bound = { .f32 = 4, .f64 = 8, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
#include "bessel_i0.kernel.h"

KERNEL(xk_t self)
{
    const xk_t a = xk_fabs(self), near = bessel_i0_near(XK_C(0.25) * a * a);
#if XK_HALF
    /* exp(a) with 2^-12 before it may overflow */
    const xk_t r = xk_raw_rsqrt(a), far = xk_raw_exp2(a * XK_LOG2_E - 12) * r * bessel_i0_far(r * r) * XK_C(4096);
#else
    const xk_t r = xk_rsqrt_exact(a), far = xk_exp_times(r * bessel_i0_far(r * r), a, XK_C(0));
#endif
    return a <= BESSEL_I0_LIMIT ? near : far;
}
#endif

#ifdef EXPOPS_REFERENCE
#include "bessel_i0.reference.h"

REFERENCE(long double self)
{
    const long double a = fabsl(self);
    return isinf(a) ? NAN : scaled_bessel(a) * expl(a);
}
#endif
