#include "operator.h"

OPERATOR(lerp) = {
    .name = "lerp",
    .doc = "self + weight * (end - self), exact at both ends.",
    .source = "torch.lerp",
    .dtypes = FLOATING | COMPLEX,
    .meet = EXPOPS_MEET_SAME,
    .parameters = { TENSOR("self"), TENSOR("end"), OPERAND("weight", .meets = EXPOPS_MEETS_ARITHMETIC) },
    .samples = { { -10, 10 }, { -10, 10 }, { 0, 1 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
#if XK_C64 || XK_C128
KERNEL(xk_t self, xk_t end, xk_t weight)
{
    const xk_t way = xk_csub(end, self), back = xk_complex(weight.re - 1, weight.im);
    /* From the nearer end; where the way is infinite, from the one that PyTorch starts from. */
    const int near = xk_cisfinite(way.re) && xk_cisfinite(way.im)
                         ? weight.re < XK_C(0.5)
                         : weight.re * weight.re + weight.im * weight.im < XK_C(0.25);
    const xk_t start = near ? self : end;
    return xk_cadd(start, xk_cmul(near ? weight : back, way));
}
#else
KERNEL(xk_t self, xk_t end, xk_t weight)
{
    const xk_t way = end - self;
    return xk_fabs(weight) < XK_C(0.5) ? self + weight * way : end - way * (1 - weight);
}
#endif
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double end, long double weight)
{
    if (isfinite(self) && isfinite(end) && isfinite(weight) && self != 0 && end != 0)
        return self * (1 - weight) + end * weight;
    /* Which end the way starts from decides where infinities cancel and which sign a zero has. */
    return fabsl(weight) < 0.5L ? self + weight * (end - self) : end - (end - self) * (1 - weight);
}
#endif
