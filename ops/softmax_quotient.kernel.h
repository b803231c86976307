#if XK_SHIFTS
#include "softmax_shifted.kernel.h"
#else
#define xk_apart XK_OWN(xk_apart)
#if XK_HALF
enum { xk_apart = 0 };
#else
enum { xk_apart = 1 };
#endif
#include "softmax.kernel.h"

#define xk_row_of XK_OWN(xk_row_of)
#define xk_quotient_of XK_OWN(xk_quotient_of)

/* What is known of a whole row: its largest element, and what the exponentials are multiplied by. Where that element is infinite,
 * the row is NaN throughout. */
XK_FN xk_acc xk_row_of(xk_acc a)
{
    a.rest = xk_fabs(a.most) == (xk_t)XK_INFINITY ? (xk_t)XK_NAN : a.rest;
#if XK_HALF
    return xk_acc_of(a.most, xk_raw_rcp(1 + a.rest));
#else
    return xk_acc_of(a.most, 1 / (1 + a.rest));
#endif
}

/* exp(x - most) / sum */
XK_FN xk_r xk_quotient_of(xk_t x, xk_acc row)
{
#if XK_HALF
    return xk_exp(x - row.most) * row.rest;
#else
    /* What the difference's rounding lost counts as many units as the exponential is far from 1. */
    const xk_t gap = x - row.most, back = gap - x, low = (x - (gap - back)) - (row.most + back);
    const xk_t rest = gap > -1000 ? low : 0;
#if XK_F32
    const xk_t y = xk_exp(gap) * row.rest;
    return y + y * rest;
#else
    return xk_exp_times(row.rest, gap, rest);
#endif
#endif
}

#if XK_AT_HAND
#include "softmax_terms.kernel.h"
#endif
#endif
