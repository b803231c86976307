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
 * the exponent of GELU_LIFT as it lies in a number, in the low bits. */
#if XK_F32
#define GELU_END (XK_CHOICE ? 11.0f : 15.0f)
/* As a whole number, since of a choice between an f32 and a constant compilers make one for each product of it. */
#define GELU_BOUNDED(a) xk_bits_f32(xk_f32_bits(a) < xk_f32_bits(GELU_END) ? xk_f32_bits(a) : xk_f32_bits(GELU_END))
#define GELU_DROP 5.42101086e-20f /* 1 / GELU_LIFT, which is 2^64 */
#define GELU_ROUNDER (XK_ROUNDER + (64 + 127))
#define GELU_POWER(shifted) xk_bits_f32(xk_f32_bits(shifted) << 23)
#else
#define GELU_END (XK_CHOICE ? 22.0 : 39.5)
#define GELU_BOUNDED(a) ((a) < GELU_END ? (a) : GELU_END)
#define GELU_DROP 7.4583407312002067e-155 /* 2^512 */
#define GELU_ROUNDER (XK_ROUNDER + (512 + 1023))
#define GELU_POWER(shifted) xk_bits_f64(xk_f64_bits(shifted) << 52)
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

/* factor * 2^(a * (y + rest)) times GELU_LIFT, for an exponent from -1150 (f32: -165) to 0 and a factor of at most 2^32: the nearest
 * whole number is taken off before the product is rounded. */
XK_FN xk_t gelu_power(xk_t factor, xk_t a, xk_t y, xk_t rest)
{
    const xk_t shifted = xk_fma(a, y, GELU_ROUNDER), n = shifted - GELU_ROUNDER;
    const xk_t r = xk_fma(a, y, -n) + a * rest;
#if XK_F32 && defined(xk_near_exp2)
    return factor * xk_near_exp2(r) * GELU_POWER(shifted);
#else
    return (factor + factor * r * gelu_power_near(r)) * GELU_POWER(shifted);
#endif
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

/* 1 / (1 + exp(2u)) is what 0.5 * (1 + tanh(u)) lacks to 1: times a, u being that of a >= 0. */
XK_FN xk_t gelu_tail(xk_t a)
{
    const xk_t square = a * a, square_rest = xk_fma(a, a, -square);
    const xk_t slope = xk_fma(GELU_CUBE, square, GELU_SLOPE);
    const xk_t rounded = xk_fma(GELU_CUBE, square, GELU_SLOPE - slope);
    const xk_t rest = rounded + (GELU_CUBE * square_rest + (GELU_CUBE_REST * square + GELU_SLOPE_REST));
    const xk_t power = gelu_power(1, -a, slope, rest);
    return a * power * gelu_inverse(power * GELU_DROP, 1) * GELU_DROP;
}
#else
/* Of which a share is counted, so that the smallest numbers' keeps its digits: 2^-32 */
#define GELU_UNIT XK_C(2.3283064365386963e-10)
/* -log2(e) / 2; what its rounding lost is the ratio's in f32, whose curve hardly changes by it. */
#if XK_F32
#define GELU_RATE -0.721347511f
#define GELU_RATE_REST(a) 0
#define GELU_PLACE XK_C(3.5)
#define GELU_SHARE(a) xk_quotient(a, xk_fma(a, GELU_UNIT, GELU_PLACE *GELU_UNIT))
#else
#define GELU_RATE -0.72134752044448169
#define GELU_RATE_REST(a) ((a) * -1.0177636870465517e-17)
#define GELU_PLACE XK_C(5)
/* A division of doubles has a branch. */
#define GELU_SHARE(a) ((a) * (1 / GELU_UNIT) * gelu_inverse(a, GELU_PLACE))
#endif

/* exp(a^2 / 2) times the tail right of a, times a + GELU_PLACE, over q = (a - GELU_PLACE) / (a + GELU_PLACE), over GELU_LIFT, times
 * GELU_UNIT */
XK_FN xk_t gelu_ratio(xk_t q)
{
#if XK_F32
    xk_t y = XK_C(1.46018427e-33) * q + XK_C(5.4346996e-33);
    y = (y * q + XK_C(-6.25663827e-33)) * q + XK_C(-4.01745654e-32);
    y = (y * q + XK_C(8.19221589e-32)) * q + XK_C(2.19710008e-31);
    y = (y * q + XK_C(-1.46479606e-30)) * q + XK_C(3.98121841e-30);
    return (y * q + XK_C(-7.1383955e-30)) * q + XK_C(9.39585106e-30);
#else
    xk_t y = XK_C(3.9049165041163835e-173) * q + XK_C(1.3378421541270256e-172);
    y = (y * q + XK_C(-1.8415977939128184e-172)) * q + XK_C(-1.1607710487831055e-171);
    y = (y * q + XK_C(7.576113861951964e-172)) * q + XK_C(7.546756544297222e-171);
    y = (y * q + XK_C(-5.85762010419909e-171)) * q + XK_C(-4.810847661973938e-170);
    y = (y * q + XK_C(6.913239400377981e-170)) * q + XK_C(2.896829164512354e-169);
    y = (y * q + XK_C(-8.64146242870714e-169)) * q + XK_C(-1.0310798193096178e-168);
    y = (y * q + XK_C(9.462337011629442e-168)) * q + XK_C(-1.3855243261094483e-167);
    y = (y * q + XK_C(-5.198089375961258e-167)) * q + XK_C(3.611126302416255e-166);
    y = (y * q + XK_C(-1.2002660854493524e-165)) * q + XK_C(2.865628615224056e-165);
    y = (y * q + XK_C(-5.444598181599963e-165)) * q + XK_C(8.60113196536216e-165);
    return (y * q + XK_C(-1.1554568594165263e-164)) * q + XK_C(1.335727016699268e-164);
#endif
}

/* a times the tail right of a >= 0 */
XK_FN xk_t gelu_tail(xk_t a)
{
    const xk_t slope = a * GELU_RATE, rest = xk_fma(a, GELU_RATE, -slope) + GELU_RATE_REST(a);
    /* q from `share`, whose relative error hardly moves it where the ratio is steep. */
    const xk_t share = GELU_SHARE(a);
    return gelu_power(share, a, slope, rest) * gelu_ratio(2 * GELU_UNIT * share - 1);
}
#endif
#endif

KERNEL(xk_t self)
{
#if !XK_HALF
    /* Right of 0 what the tail leaves, left of it the tail itself, which keeps its digits; 0 times self keeps NaN, and
     * the sign of a zero. */
    const xk_t a = xk_fabs(self), tail = gelu_tail(GELU_BOUNDED(a));
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
