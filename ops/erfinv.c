#include "operator.h"

OPERATOR(erfinv) = {
    .name = "erfinv",
    .doc = "The inverse of erf; infinite for 1 and -1, NaN beyond.",
    .source = "torch.erfinv",
    .aliases = { "special_erfinv" },
    .dtypes = FLOATING | WHOLE | BOOLEAN,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -1, 1 } },
    .bound = { .f32 = 4, .f64 = 8, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
#if XK_F32 && !XK_HALF
#ifdef xk_near_log2
#define erfinv_log2(x) xk_near_log2(x)
#else
XK_FN xk_t erfinv_log2(xk_t x)
{
    return x > 0 ? xk_log_normal(x) * XK_LOG2_E_HIGH : x == 0 ? -(xk_t)XK_INFINITY : (xk_t)XK_NAN;
}
#endif

/* erfinv(x) / x over w = log2(1 - x^2) >= -8.66, and over the square root of -w, less 3.7, down to where 1 - |x| is the type's last step. */
XK_FN xk_t erfinv_middle(xk_t w)
{
    xk_t y = XK_C(2.14902749e-10) * w + XK_C(8.1410274e-9);
    y = (y * w + XK_C(1.01946226e-7)) * w + XK_C(7.30433882e-8);
    y = (y * w + XK_C(-8.70523218e-6)) * w + XK_C(-3.3344757e-5);
    y = (y * w + XK_C(7.71961873e-4)) * w + XK_C(5.54488647e-3);
    return (y * w + XK_C(-1.60820678e-1)) * w + XK_C(8.86226892e-1);
}

XK_FN xk_t erfinv_tail(xk_t w)
{
    const xk_t v = xk_sqrt_exact(-w) - XK_C(3.7);
    xk_t y = XK_C(-6.19225175e-5) * v + XK_C(4.00422199e-4);
    y = (y * v + XK_C(-1.1414123e-3)) * v + XK_C(2.13364791e-3);
    y = (y * v + XK_C(-3.48383025e-3)) * v + XK_C(5.40586747e-3);
    return (y * v + XK_C(8.3510077e-1)) * v + XK_C(2.91362119);
}
#endif

#if XK_F64
/* erfinv(x) / x over v = -log(1 - x^2) - 2.5, |v| <= 2.5; even and odd powers, whose sums do not wait for each other. */
XK_FN xk_t erfinv_middle(xk_t v)
{
    const xk_t square = v * v;
    xk_t even = XK_C(2.3335968e-8) * square + XK_C(-3.4639852e-6),
         odd = XK_C(-8.931926e-9) * square + XK_C(4.6813136e-7);
    even = (even * square + XK_C(2.1834939e-4)) * square + XK_C(-4.177393e-3);
    odd = (odd * square + XK_C(-4.97242e-6)) * square + XK_C(-1.2527264e-3);
    odd = odd * square + XK_C(2.4664028e-1);
    return even * square + (odd * v + XK_C(1.5014094));
}

/* The same over the square root s = sqrt(-log(1 - x^2)), to where 1 - x is the type's last step. */
XK_FN xk_t erfinv_tail(xk_t s)
{
    const xk_t v = s - 4;
    xk_t y = XK_C(-3.097134e-7);
    y = (y * v + XK_C(1.4790467e-6)) * v + XK_C(6.203977e-7);
    y = (y * v + XK_C(-1.45638105e-5)) * v + XK_C(2.887923e-5);
    y = (y * v + XK_C(-2.419596e-5)) * v + XK_C(3.801955e-5);
    y = (y * v + XK_C(-1.2391937e-4)) * v + XK_C(3.34528e-4);
    y = (y * v + XK_C(-8.6706755e-4)) * v + XK_C(1.2560162e-3);
    y = (y * v + XK_C(1.0094931)) * v + XK_C(3.839784);
    return y;
}

/* Halley's step takes an error of 1e-7 to below the type's. Left of 1 the error is seen in erfc and the exact 1 - a. */
XK_FN xk_t erfinv_refine(xk_t y, xk_t a)
{
    const xk_t error = a < XK_C(0.5) ? xk_erf(y) - a : 1 - a - xk_erfc(y);
    const xk_t step = error * XK_C(0.88622692545275801365) * xk_exp(y * y);
    return y - step / (1 + y * step);
}
#endif

KERNEL(xk_t self)
{
#if XK_HALF
    /* erfinv(x) / x over log2(1 - x^2); at 1 its leading term is infinite. */
    const xk_t l = xk_raw_log2((1 - self) * (1 + self));
    xk_t y = XK_C(-2.1018076e-8);
    y = (y * l + XK_C(-8.5416724e-7)) * l + XK_C(-1.2172594e-5);
    y = (y * l + XK_C(-3.7807124e-5)) * l + XK_C(7.7959296e-4);
    y = (y * l + XK_C(5.5704331e-3)) * l + XK_C(-1.6080302e-1);
    return self * (y * l + XK_C(8.8622862e-1));
#else
#if XK_F64
    const xk_t a = xk_fabs(self), w = -xk_log((1 - a) * (1 + a));
    const xk_t y = erfinv_refine(a * (w < 5 ? erfinv_middle(w - XK_C(2.5)) : erfinv_tail(xk_sqrt(w))), a);
    return xk_copysign(a == 1 ? XK_INFINITY : y, self);
#else
    /* The logarithm is infinite for 1, and NaN beyond. */
    const xk_t w = erfinv_log2(xk_fma(-self, self, XK_C(1))), middle = erfinv_middle(w), tail = erfinv_tail(w);
    const xk_t inside = w > XK_C(-8.66) ? middle : tail;
    return self * (xk_fabs(self) < 1 ? inside : -w);
#endif
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    const long double a = fabsl(self), pi = acosl(-1);
    if (!(a < 1))
        return a == 1 ? copysignl(INFINITY, self) : NAN;
    /* A rough start, and Newton's steps: for log(erfc), which is nearly quadratic, from the middle on. */
    const long double w = -log1pl(-a * a), half = 2 / (pi * 0.147L) - w / 2;
    long double y = a < 0.5L ? a : sqrtl(sqrtl(half * half + w / 0.147L) - half);
    for (int i = 0; i < 8 && y > 0; i++) {
        const long double slope = 2 / sqrtl(pi) * expl(-y * y);
        y += a < 0.5L ? (a - erfl(y)) / slope : erfcl(y) * logl(erfcl(y) / (1 - a)) / slope;
    }
    return copysignl(y, self);
}
#endif
