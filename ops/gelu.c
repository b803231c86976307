#include "operator.h"

OPERATOR(gelu) = {
    .name = "gelu",
    .doc = "Gaussian error linear unit: self * Phi(self), Phi the normal distribution function; \"tanh\" approximates "
           "it by "
           "0.5 * self * (1 + tanh(sqrt(2 / pi) * (self + 0.044715 * self^3))).",
    .source = "torch.nn.functional.gelu",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), CHOICE("approximate", "none", "tanh") },
    .samples = { { -6, 6 } },
    .bound = { .f32 = 4, .f64 = 6, .f16 = 1, .bf16 = 1 }, /* f64: GPUs' own erfc is within 5 units */
};

#ifdef XK
#if !XK_HALF && XK_CHOICE == 1
/* 2 * sqrt(2 / pi), and 0.044715 of it, each in two parts. */
#if XK_F64
#define GELU_SLOPE XK_C(1.5957691216057308)
#define GELU_SLOPE_REST XK_C(-9.9693088e-17)
#define GELU_CUBE XK_C(0.07135481627260025)
#define GELU_CUBE_REST XK_C(-6.1751499e-19)
#else
#define GELU_SLOPE XK_C(1.5957692)
#define GELU_SLOPE_REST XK_C(-4.534068e-8)
#define GELU_CUBE XK_C(0.071354814)
#define GELU_CUBE_REST XK_C(2.3988324e-9)
#endif

/* 2 * sqrt(2 / pi) * (a + 0.044715 * a^3) in two parts, a >= 0: its power of e is off by as much, relatively. */
XK_FN xk_t gelu_exponent(xk_t a, xk_t *rest)
{
    const xk_t square = a * a, square_rest = xk_fma(a, a, -square);
    const xk_t cube =
        xk_fma(GELU_CUBE, square, XK_C(0)); /* as below: no compiler fuses it with the sums it goes into */
    const xk_t cube_rest = xk_fma(GELU_CUBE, square, -cube) + (GELU_CUBE * square_rest + GELU_CUBE_REST * square);
    const xk_t sum = GELU_SLOPE + cube, other = sum - GELU_SLOPE;
    const xk_t sum_rest = (GELU_SLOPE - (sum - other)) + (cube - other) + (cube_rest + GELU_SLOPE_REST);
    const xk_t y = xk_fma(a, sum, XK_C(0));
    *rest = xk_fma(a, sum, -y) + a * sum_rest;
    return y;
}

/* exp(high + low), for high <= 0, and *times it, which may be a normal number where that is not. */
XK_FN xk_t gelu_power(xk_t high, xk_t low, xk_t *times)
{
    const xk_t bounded = high < -XK_EXP_RANGE ? -XK_EXP_RANGE : high;
    xk_whole whole;
    const xk_t reduced = xk_exp_reduce(bounded, low, &whole);
    const xk_whole part = whole >> 1;
    const xk_t y = xk_exp_near(XK_POWER_OF_2(part), reduced);
    const xk_t rest = high < -XK_EXP_RANGE ? XK_C(0) : XK_POWER_OF_2(whole - part);
    *times = *times * y * rest;
    return y * rest;
}
#endif

#if XK_F32 && !XK_HALF && XK_CHOICE == 0
/* 0.5 * a * erfc(a / sqrt(2)) * exp(a^2 / 2), 1 <= a <= 15 */
XK_FN xk_t gelu_tail(xk_t a)
{
    const xk_t t = xk_quotient(XK_C(1), a + 2);
    xk_t y = XK_C(80.6337814) * t + XK_C(-152.801178);
    y = (y * t + XK_C(107.998535)) * t + XK_C(-28.3246784);
    y = (y * t + XK_C(0.31521973)) * t + XK_C(-1.97714448);
    y = (y * t + XK_C(-0.376110286)) * t + XK_C(-7.63350923e-4);
    return y * t + XK_C(0.39895314);
}
#elif XK_F64 && XK_CHOICE == 0
/* 0.5 * a * erfc(a / sqrt(2)) * exp(a^2 / 2), a >= 37, from the asymptotic series */
XK_FN xk_t gelu_tail(xk_t a)
{
    const xk_t v = 1 / (a * a);
    xk_t y = XK_C(10395.0) * v + XK_C(-945.0);
    y = (y * v + XK_C(105.0)) * v + XK_C(-15.0);
    y = (y * v + XK_C(3.0)) * v + XK_C(-1.0);
    return (y * v + XK_C(1.0)) * XK_C(0.39894228040143268);
}

/* gelu left of -37 */
XK_FN xk_t gelu_far(xk_t x)
{
    const xk_t bounded = x > -40 ? x : XK_C(-40), scaled = XK_C(-0.5) * bounded;
    const xk_t high = xk_fma(scaled, bounded, XK_C(0)), low = xk_fma(scaled, bounded, -high);
    return xk_fma(XK_C(0), x, -xk_exp_times(gelu_tail(bounded), high, low));
}
#endif

KERNEL(xk_t self)
{
#if XK_CHOICE == 1
    /* 0.5 * (1 + tanh(u)) is 1 / (1 + exp(-2u)), which keeps its digits where tanh(u) nears -1. */
#if XK_HALF
    const xk_t u = XK_C(0.79788456080286535588) * (self + XK_C(0.044715) * self * self * self);
    return xk_half_gate(self, 2 * u);
#else
    xk_t rest, product = self;
    const xk_t a = xk_fabs(self), high = gelu_exponent(a < 32 ? a : XK_C(32), &rest);
    const xk_t power = gelu_power(-high, -rest, &product);
    return (self < 0 ? product : self) / (1 + power);
#endif
#elif XK_HALF
    /* 0.5 * erfc(a / sqrt(2)), a power of 2 whose exponent falls ever faster, times 2^8: it reaches as far as
     * the result does. */
    const xk_t a = xk_fabs(self);
#if XK_BF16
    xk_t y = XK_C(-3.16436513e-7) * a + XK_C(1.78299306e-5);
    y = (y * a + XK_C(-4.21845383e-4)) * a + XK_C(5.51978871e-3);
    y = (y * a + XK_C(-4.48973477e-2)) * a + XK_C(-4.71253037e-1);
    y = y * a + XK_C(-1.14525425);
#else
    xk_t y = XK_C(-1.73595015e-6) * a + XK_C(5.96143218e-5);
    y = (y * a + XK_C(-9.14787466e-4)) * a + XK_C(8.44538864e-3);
    y = (y * a + XK_C(-5.3830523e-2)) * a + XK_C(-4.58596289e-1);
    y = y * a + XK_C(-1.15119696);
#endif
    const xk_t tail = xk_raw_exp2(y * a + 7);
    return self * XK_C(0.00390625) * (self > 0 ? 256 - tail : tail);
#elif XK_F32
    /* Half of erf over the square, and beyond self times the normal distribution's tail, whose exponent is in two parts. */
    const xk_t v = self * self, a = xk_fabs(self), bounded = a < 15 ? a : XK_C(15);
    xk_t near = XK_C(-7.4628924e-6);
    near = (near * v + XK_C(1.1295212e-4)) * v + XK_C(-1.1857849e-3);
    near = (near * v + XK_C(9.9730780e-3)) * v + XK_C(-6.6490315e-2);
    near = (near * v + XK_C(3.9894229e-1)) * self + XK_C(0.5);
    const xk_t scaled = XK_C(-0.5) * bounded, high = xk_fma(scaled, bounded, XK_C(0)),
               low = xk_fma(scaled, bounded, -high);
    const xk_t tail = xk_exp_times(gelu_tail(bounded), high, low);
    const xk_t left = xk_fma(XK_C(0), self, -tail), right = self - tail, middle = self * near;
    const xk_t far = self > 0 ? right : left;
    return a < 1 ? middle : far;
#else
    /* 0.5 * (1 + erf(x)) is 0.5 * erfc(-x), which keeps its digits where erf(x) nears -1. What rounding lost of the
     * argument counts by erfc's slope, which is -2a of it on the right; sqrt(1/2) is in two parts. Where erfc(-x) is no
     * normal number the result still is. */
    const xk_t root = XK_C(0.70710678118654757274), root_rest = XK_C(-4.8336466567264565e-17);
    const xk_t a = self * -root, y = self * XK_C(0.5) * xk_erfc(a);
    const xk_t lost = xk_fma(self, -root, -a) - self * root_rest;
    if (self < -37) /* a branch: no other argument pays for it */
        return gelu_far(self);
    return a > XK_C(0.5) ? y - y * (2 * a * lost) : y;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double approximate)
{
    const long double u = sqrtl(2 / acosl(-1)) * (self + 0.044715L * self * self * self);
    if (approximate == 1) /* 1 + tanh(u), of which the left side keeps no digits */
        return self * (u > 0 ? 0.5L * (1 + tanhl(u)) : expl(2 * u) / (1 + expl(2 * u)));
    return 0.5L * self * erfcl(-self / sqrtl(2));
}
#endif
