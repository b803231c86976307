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
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
#if !XK_HALF
/* self times the normal distribution's tail right of |self| vanishes beyond GELU_END. GELU_LIFT is a power of 2, with
 * which the tail is a normal number as long as it counts; adding GELU_ROUNDER leaves the nearest whole number, and
 * GELU_LIFT's exponent, in the low bits. */
#if XK_F32
#define GELU_END (XK_CHOICE ? 11.0f : 15.0f)
#define GELU_DROP 5.42101086e-20f /* 1 / GELU_LIFT, which is 2^64 */
#define GELU_ROUNDER (XK_ROUNDER + 64)
#define GELU_LIFTED(y, shifted) xk_bits_f32(xk_f32_bits(y) + (xk_f32_bits(shifted) << 23))
#else
#define GELU_END (XK_CHOICE ? 22.0 : 39.5)
#define GELU_DROP 7.4583407312002067e-155 /* 2^512 */
#define GELU_ROUNDER (XK_ROUNDER + 512)
#define GELU_LIFTED(y, shifted) xk_bits_f64(xk_f64_bits(y) + (xk_f64_bits(shifted) << 52))
#endif

/* (2^r - 1) / r, |r| <= 1/2 */
XK_FN xk_t gelu_power_near(xk_t r)
{
#if XK_F32
    xk_t y = XK_C(1.54535621e-4) * r + XK_C(1.33913232e-3);
    y = (y * r + XK_C(9.61808208e-3)) * r + XK_C(5.55035621e-2);
    return (y * r + XK_C(2.40226507e-1)) * r + XK_C(6.93147182e-1);
#else
    xk_t y = XK_C(4.4550362037811838e-10) * r + XK_C(7.072727791672384e-09);
    y = (y * r + XK_C(1.017806206630947e-07)) * r + XK_C(1.3215441875881882e-06);
    y = (y * r + XK_C(1.525273383046128e-05)) * r + XK_C(0.00015403530442908896);
    y = (y * r + XK_C(0.0013333558146416563)) * r + XK_C(0.0096181291076061874);
    y = (y * r + XK_C(0.055504108664821597)) * r + XK_C(0.240226506959101);
    return y * r + XK_C(0.69314718055994529);
#endif
}

/* factor * 2^(a * (y + rest)) times GELU_LIFT, for an exponent from -1150 (f32: -165) to 0 and a factor from 2^-6 to 1:
 * the nearest whole number is taken off before the product is rounded. */
XK_FN xk_t gelu_power(xk_t factor, xk_t a, xk_t y, xk_t rest)
{
    const xk_t shifted = xk_fma(a, y, GELU_ROUNDER), n = shifted - GELU_ROUNDER;
    const xk_t r = xk_fma(a, y, -n) + a * rest;
    return GELU_LIFTED(factor + factor * r * gelu_power_near(r), shifted);
}

/* 1 / (a + b), for a sum from 1 to 64, as if it were not rounded: Newton's steps from an f32, as a division of doubles
 * has a branch. */
XK_FN xk_t gelu_inverse(xk_t a, xk_t b)
{
    const xk_t y = xk_raw_rcp((float)(a + b)), off = xk_fma(-y, a, xk_fma(-y, b, XK_C(1)));
#if XK_F32
    return y + y * off;
#else
    return y + y * (off + off * off);
#endif
}

#if XK_CHOICE == 1
/* 2 * log2(e) * sqrt(2 / pi), and 0.044715 of it, in two parts each; GELU_SLOPE has few bits, which sums keep. */
#if XK_F32
#define GELU_SLOPE 2.30175781f
#define GELU_SLOPE_REST 4.50385647e-4f
#define GELU_CUBE 1.02943242e-1f
#define GELU_CUBE_REST -2.01619854e-9f
#else
#define GELU_SLOPE 2.3022081851959229
#define GELU_SLOPE_REST 1.2948402037571394e-8
#define GELU_CUBE 0.10294323958002349
#define GELU_CUBE_REST -5.978177400718744e-18
#endif

/* 1 / (1 + exp(2u)) is what 0.5 * (1 + tanh(u)) lacks to 1: times a, u being that of a >= 0, and GELU_LIFT. */
XK_FN xk_t gelu_lifted_tail(xk_t a)
{
    const xk_t square = a * a, square_rest = xk_fma(a, a, -square);
    const xk_t slope = xk_fma(GELU_CUBE, square, GELU_SLOPE);
    const xk_t rounded = xk_fma(GELU_CUBE, square, GELU_SLOPE - slope);
    const xk_t rest = rounded + (GELU_CUBE * square_rest + (GELU_CUBE_REST * square + GELU_SLOPE_REST));
    const xk_t power = gelu_power(1, -a, slope, rest);
    return a * power * gelu_inverse(power * GELU_DROP, 1);
}
#else
/* -log2(e) / 2 in two parts */
#if XK_F32
#define GELU_RATE -0.721347511f
#define GELU_RATE_REST -9.62981517e-9f
#define GELU_PLACE XK_C(4.25)
#else
#define GELU_RATE -0.72134752044448169
#define GELU_RATE_REST -1.0177636870465517e-17
#define GELU_PLACE XK_C(5)
#endif

/* exp(a^2 / 2) times the tail right of a, times a + GELU_PLACE, over q = (a - GELU_PLACE) / (a + GELU_PLACE) */
XK_FN xk_t gelu_ratio(xk_t q)
{
#if XK_F32
    xk_t y = XK_C(-2.39037734e-4) * q + XK_C(-3.77255113e-4);
    y = (y * q + XK_C(2.17704894e-3)) * q + XK_C(-7.46322214e-4);
    y = (y * q + XK_C(-1.93623044e-2)) * q + XK_C(8.52717310e-2);
    y = (y * q + XK_C(-2.20516026e-1)) * q + XK_C(4.18227553e-1);
    return (y * q + XK_C(-6.25129759e-1)) * q + XK_C(7.59554207e-1);
#else
    xk_t y = XK_C(2.2486889890442998e-09) * q + XK_C(7.7041107483180296e-09);
    y = (y * q + XK_C(-1.0605042840364412e-08)) * q + XK_C(-6.6844273711061591e-08);
    y = (y * q + XK_C(4.3627882448083997e-08)) * q + XK_C(4.3458825115133333e-07);
    y = (y * q + XK_C(-3.3731747699167797e-07)) * q + XK_C(-2.7703793804672555e-06);
    y = (y * q + XK_C(3.9810647172275246e-06)) * q + XK_C(1.6681708401484379e-05);
    y = (y * q + XK_C(-4.976280899268775e-05)) * q + XK_C(-5.9375862046299469e-05);
    y = (y * q + XK_C(0.00054489905293102518)) * q + XK_C(-0.00079786937643634725);
    y = (y * q + XK_C(-0.002993376767843909)) * q + XK_C(0.020795066797796167);
    y = (y * q + XK_C(-0.069118638706565816)) * q + XK_C(0.16502036617048604);
    y = (y * q + XK_C(-0.31353315667129444)) * q + XK_C(0.49530561596997447);
    return (y * q + XK_C(-0.66538250289005685)) * q + XK_C(0.76919304975006297);
#endif
}

/* a times the tail right of a >= 0, times GELU_LIFT */
XK_FN xk_t gelu_lifted_tail(xk_t a)
{
    const xk_t slope = a * GELU_RATE, rest = xk_fma(a, GELU_RATE, -slope) + a * GELU_RATE_REST;
    /* q from a * t, whose relative error hardly moves it where the ratio is steep. */
    const xk_t t = gelu_inverse(a, GELU_PLACE), q = 2 * (a * t) - 1;
    return a * gelu_power(t, a, slope, rest) * gelu_ratio(q);
}
#endif
#endif

KERNEL(xk_t self)
{
#if !XK_HALF
    /* Right of 0 what the tail leaves, left of it the tail itself, which keeps its digits; 0 times self keeps NaN, and
     * the sign of a zero. */
    const xk_t a = xk_fabs(self), tail = gelu_lifted_tail(a < GELU_END ? a : GELU_END) * GELU_DROP;
    return xk_fma(self > 0 ? XK_C(1) : XK_C(0), self, -tail);
#elif XK_CHOICE == 1
    /* 0.5 * (1 + tanh(u)) is 1 / (1 + exp(-2u)), which keeps its digits where tanh(u) nears -1. */
    const xk_t u = XK_C(0.79788456080286535588) * (self + XK_C(0.044715) * self * self * self);
    return xk_half_gate(self, 2 * u);
#else
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
