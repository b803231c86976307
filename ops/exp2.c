#include "operator.h"

OPERATOR(exp2) = {
    .name = "exp2",
    .doc = "2 to the power of self; exact for whole numbers.",
    .source = "torch.exp2",
    .aliases = { "special_exp2" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .parameters = { TENSOR("self") },
    .samples = { { -80, 80 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
#if XK_C64 || XK_C128
/* ln(2) and what its rounding lost; the same of 2 pi / 2^62. Beyond the two ends 2^x is infinite, or zero, times every other
 * number. */
#if XK_C64
#define EXP2_LN2 0.693147182464599609f
#define EXP2_LN2_REST -1.90465429995776804e-9f
#define EXP2_TURN 1.36244867e-18f
#define EXP2_TURN_REST -3.79135857e-26f
#define EXP2_HIGH 290.0f
#define EXP2_LOW -160.0f
#define EXP2_DIGITS 23
#define EXP2_MANTISSA(x) ((xk_ulong)((xk_f32_bits(x) & 0x7fffffu) | 0x800000u))
#else
#define EXP2_LN2 0.693147180559945286
#define EXP2_LN2_REST 2.31904681384629956e-17
#define EXP2_TURN 1.3624486320346218e-18
#define EXP2_TURN_REST 5.3110588806519182e-35
#define EXP2_HIGH 2170.0
#define EXP2_LOW -1100.0
#define EXP2_DIGITS 52
#define EXP2_MANTISSA(x) ((xk_f64_bits(x) & 0xffffffffffffful) | 0x10000000000000ul)
#endif

/* 64 zero bits and then those of ln(2) / (2 pi) after the point: as many turns is a unit of the imaginary part. */
XK_CONSTANT xk_uint exp2_turns[] = {
    0x00000000u, 0x00000000u, 0x1c3dc98fu, 0x7e969bbbu, 0x2d82160bu, 0x957fbcf7u, 0x6384efb3u, 0x4752570du,
    0x875c804eu, 0xbaa7e3f2u, 0x9dba19bfu, 0x26d22f92u, 0x057d72dbu, 0xf62fb884u, 0x40e536ccu, 0x0835bad4u,
    0x8c3fea6bu, 0xa432f1cdu, 0x544d633bu, 0x59f036cfu, 0x1243456fu, 0x76468a7du, 0x5a0900abu, 0xd7a3e708u,
    0xeffc572fu, 0x1c7c17fbu, 0x7f82ec18u, 0x8aa323d9u, 0xdcc27116u, 0x9d408a0au, 0xbab43090u, 0xd71549eeu,
    0xdd67cd17u, 0x8b418a3au, 0x2c6958e8u, 0x94f98a46u, 0x3a97ff6au, 0xfab0351eu, 0x73fb6c6du,
};

/* 32 of those bits. */
XK_FN xk_ulong exp2_bits(int first)
{
    const xk_ulong two = (xk_ulong)exp2_turns[first >> 5] << 32 | exp2_turns[(first >> 5) + 1];
    return two >> (32 - (first & 31)) & 0xffffffffu;
}

/* The turns that y, 1 <= y < infinity, makes beyond whole ones, times 2^62, from -2^61 to 2^61. A number of y's bits times bits
 * before the point are whole turns, and what lies 128 bits after it adds nothing. */
XK_FN xk_long exp2_turns_of(xk_real y)
{
    const int first = XK_CEXPONENT(y) - EXP2_DIGITS + 64;
    const xk_ulong y_bits = EXP2_MANTISSA(y), high = y_bits >> 32, low = y_bits & 0xffffffffu;
    const xk_ulong a = exp2_bits(first), b = exp2_bits(first + 32), c = exp2_bits(first + 64),
                   d = exp2_bits(first + 96);
    const xk_ulong turns = y_bits * (a << 32 | b) + high * c + (high * d >> 32) + (low * c >> 32);
    return (xk_long)turns >> 2;
}

/* y * ln(2), less whole turns where that is many of them, and what its rounding lost. */
XK_FN xk_real exp2_angle(xk_real y, xk_real *lost)
{
    xk_real angle = y * EXP2_LN2;
    *lost = xk_cisfinite(y) ? xk_fma(y, EXP2_LN2, -angle) + y * EXP2_LN2_REST : XK_C(0);
    if (xk_fabs(y) > 2048 && xk_cisfinite(y)) {
        const xk_long turns = exp2_turns_of(xk_fabs(y));
        const xk_real most = (xk_real)turns, rest = (xk_real)(turns - (xk_long)most), sign = xk_copysign(XK_C(1), y);
        angle = most * EXP2_TURN;
        *lost = sign * (xk_fma(most, EXP2_TURN, -angle) + most * EXP2_TURN_REST + rest * EXP2_TURN);
        angle = sign * angle;
    }
    return angle;
}

/* The angle turns a little further by what was lost of it. */
KERNEL(xk_t self)
{
    xk_real lost;
    const xk_real angle = exp2_angle(self.im, &lost), c = xk_cos(angle), s = xk_sin(angle);
    const xk_real upper = self.re > EXP2_HIGH ? EXP2_HIGH : self.re, x = upper < EXP2_LOW ? EXP2_LOW : upper,
                  n = xk_rint(x);
    const xk_growth growth = xk_cgrow_by(xk_exp2(x - n), xk_isnan(x) ? 0 : (int)n);
    return xk_cspiral(growth, self.re, c - lost * s, s + lost * c, self.im);
}
#else
KERNEL(xk_t self)
{
#if XK_HALF
    return xk_fast_exp2(self);
#else
    return xk_exp2(self);
#endif
}
#endif
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return exp2l(self);
}
#endif
