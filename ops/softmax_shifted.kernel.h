/* The softmax where a template keeps rows at hand (at_hand.kernel.h). A term is exp(x) over a power of two near the exponential of the
 * largest of its elements. That is not subtracted before, so that no difference's rounding has to be made good, and what was taken to
 * different powers is brought together exactly. Terms are 2^XK_ABOVE times as large, so that small ones keep their digits. */
#define XK_KEEPS_SHIFTED 1
#include "softmax_acc.kernel.h"
#define xk_power XK_OWN(xk_power)
#define xk_power_of XK_OWN(xk_power_of)
#define xk_shifted XK_OWN(xk_shifted)
#define xk_row_of XK_OWN(xk_row_of)
#define xk_quotient_of XK_OWN(xk_quotient_of)

/* `rest` is the sum of all terms. */
XK_FN xk_acc xk_identity(void)
{
    return xk_acc_of(-XK_INFINITY, 0);
}

#define XK_ABOVE 60

#if XK_HALF
/* The exponent of two that a term has is x * by + add. Half types' neighbours are so far apart where they are large that of different ones
 * the smaller one's term is 0, whatever it is multiplied by; with a power of two nothing is rounded there. */
typedef struct xk_power {
    xk_t by, add;
} xk_power;

XK_FN xk_power xk_power_of(xk_t most)
{
    const int far = XK_BF16 && xk_fabs(most) >= 1048576.0f;
    /* 2^16 over the power of two in it, and of the infinity and of nothing finite the least */
    const xk_uint exponent = xk_f32_bits(most) >> 23 & 255;
    const xk_t up = xk_bits_f32((270 - (exponent < 254 ? exponent : 254)) << 23);
    /* both are worked out, as a compiler would branch for each term */
    const xk_t finite = xk_fmax(most, XK_BF16 ? -3.40282347e38f : -65504.0f);
    const xk_t high = finite * up, near = xk_fma(finite, XK_LOG2_E, XK_ROUNDER) - XK_ROUNDER;
    xk_power p;
    p.by = far ? up : XK_LOG2_E;
    p.add = XK_ABOVE - (far ? high : near);
    return p;
}

XK_FN xk_t xk_shifted(xk_t x, xk_power p)
{
    return xk_raw_exp2(xk_fma(x, p.by, p.add));
}

/* The power of `less` over that of `most`. */
XK_FN xk_t xk_ratio(xk_t less, xk_t most)
{
    const xk_power a = xk_power_of(less), b = xk_power_of(most);
    const int alike = (a.by == XK_LOG2_E) & (b.by == XK_LOG2_E);
    return alike ? xk_raw_exp2(b.add - a.add) : less == most ? 1 : 0;
}
#else
/* exp(far) * 2^power; power is what `from` is less than XK_EXPONENT_OF_1. Of elements so large that a power's place in a float
 * would be lost, differences are exact. */
#define XK_EXPONENT_OF_1 (XK_ROUNDER + 127 + XK_ABOVE)
typedef struct xk_power {
    xk_t far, from;
} xk_power;

XK_FN xk_power xk_power_of(xk_t most)
{
    const int far = xk_fabs(most) >= 2097152.0f;
    const xk_t near = xk_fma(most, XK_LOG2_E_HIGH, XK_ROUNDER) - XK_ROUNDER;
    xk_power p;
    p.far = far ? xk_fmax(most, -3.40282347e38f) : 0;
    p.from = XK_EXPONENT_OF_1 - (far ? 0 : near);
    return p;
}

/* 2^XK_ABOVE * exp(x) / the power */
XK_FN xk_t xk_shifted(xk_t x, xk_power p)
{
    const xk_t y = x - p.far, whole = xk_fmax(xk_fma(y, XK_LOG2_E_HIGH, p.from), XK_ROUNDER + 1);
    const xk_t part = xk_fma(y, XK_LOG2_E_LOW, xk_fma(y, XK_LOG2_E_HIGH, p.from - whole));
    return xk_raw_exp2(part) * xk_bits_f32(xk_f32_bits(whole) << 23);
}

/* The power of `less` over that of `most`. */
XK_FN xk_t xk_ratio(xk_t less, xk_t most)
{
    const xk_power a = xk_power_of(less), b = xk_power_of(most);
    xk_power p;
    p.far = b.far;
    p.from = XK_EXPONENT_OF_1 + (b.from - a.from);
    return xk_shifted(a.far, p) * 8.67361738e-19f; /* 2^-XK_ABOVE */
}

#endif

XK_FN xk_acc xk_lift(xk_t x)
{
    return xk_acc_of(x, xk_shifted(x, xk_power_of(x)));
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    const int first = a.most >= b.most;
    const xk_t most = xk_fmax(a.most, b.most), less = first ? b.most : a.most;
    return xk_acc_of(most, (first ? a.rest : b.rest) + (first ? b.rest : a.rest) * xk_ratio(less, most));
}

/* The largest element and the sum of terms, of those whose terms are taken. */
typedef struct xk_second {
    xk_t most, sum;
    xk_power power;
} xk_second;

XK_FN xk_second xk_begin(xk_t most)
{
    xk_second s;
    s.most = most;
    s.sum = 0;
    s.power = xk_power_of(most);
    return s;
}

XK_FN xk_t xk_term_of(xk_t x, xk_second s)
{
    return xk_shifted(x, s.power);
}

/* What terms are divided by, of half types multiplied. A row with an infinity above all is NaN throughout, and so is one of nothing else
 * than the other infinity. */
XK_FN xk_acc xk_row_of(xk_acc a)
{
#if XK_HALF
    a.rest = xk_raw_rcp(a.rest);
#endif
    return xk_acc_of(a.most, xk_fabs(a.most) == XK_INFINITY ? XK_NAN : a.rest);
}

/* In f32 to the last digit, as a single term is 1. */
XK_FN xk_r xk_map_term(xk_t term, xk_acc row)
{
#if XK_HALF
    return term * row.rest;
#else
    return xk_quotient(term, row.rest);
#endif
}

XK_FN xk_r xk_quotient_of(xk_t x, xk_acc row)
{
    return xk_map_term(xk_shifted(x, xk_power_of(row.most)), row);
}

XK_FN xk_acc xk_of_terms(xk_t peak, xk_t sum)
{
    return xk_acc_of(peak, sum);
}
