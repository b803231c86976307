#include "operator.h"

OPERATOR(special_i0e) = {
    .name = "special_i0e",
    .doc = "The modified Bessel function of the first kind of order 0, times exp(-abs(self)).",
    .source = "torch.special.i0e",
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -40, 40 } },
    .bound = { .f32 = 4, .f64 = 8, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
#include "bessel_i0.kernel.h"

KERNEL(xk_t self)
{
    const xk_t a = xk_fabs(self), series = bessel_i0_near(XK_C(0.25) * a * a);
#if XK_HALF
    const xk_t r = xk_raw_rsqrt(a), near = xk_raw_exp2(-a * XK_LOG2_E) * series, far = r * bessel_i0_far(r * r);
#else
    const xk_t r = xk_rsqrt(a), near = xk_exp_times(series, -a, XK_C(0)), far = r * bessel_i0_far(r * r);
#endif
    return a <= BESSEL_I0_LIMIT ? near : far;
}
#endif

#ifdef EXPOPS_REFERENCE
#include "bessel_i0.reference.h"

REFERENCE(long double self)
{
    return scaled_bessel(fabsl(self));
}
#endif
