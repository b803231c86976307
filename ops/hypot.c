#include "operator.h"

OPERATOR(hypot) = {
    .name = "hypot",
    .doc = "sqrt(self^2 + other^2) without overflow on the way; infinity where either is infinite, even beside NaN.",
    .source = "torch.hypot",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), TENSOR("other") },
    .samples = { { -100, 100 }, { -100, 100 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
/* The larger one times the root of one plus the squared ratio: a few operations in line, on every device. */
KERNEL(xk_t self, xk_t other)
{
    const xk_t a = xk_fabs(self), b = xk_fabs(other);
    const xk_t larger = a < b ? b : a, smaller = a < b ? a : b;
    const xk_t ratio = smaller == larger ? XK_C(1) : smaller / larger;
    const xk_t length = larger * xk_sqrt(1 + ratio * ratio);
    return a == XK_INFINITY || b == XK_INFINITY ? (xk_t)XK_INFINITY : length;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    return hypotl(self, other);
}
#endif
