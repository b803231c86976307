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
#if XK_HALF && !XK_BF16
    /* An f16's square is far from the ends of f32. */
    const xk_t length = xk_raw_sqrt(self * self + other * other);
#elif XK_HALF
    /* Both times the power of 2 that takes the larger one to [2, 4]. */
    const xk_uint power = xk_f32_bits(xk_fmax(xk_fmax(a, b), XK_C(1.17549435e-38))) & 0x7f800000u;
    const xk_t scale = xk_bits_f32(0x7f800000u - power), x = self * scale, y = other * scale;
    const xk_t length = XK_C(0.5) * xk_raw_sqrt(x * x + y * y) * xk_bits_f32(power);
#else
    const xk_t larger = a < b ? b : a, smaller = a < b ? a : b;
    const xk_t ratio = smaller == larger ? XK_C(1) : smaller / larger;
    const xk_t length = larger * xk_sqrt(1 + ratio * ratio);
#endif
    return a == XK_INFINITY || b == XK_INFINITY ? (xk_t)XK_INFINITY : length;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    return hypotl(self, other);
}
#endif
