/* A row that stays at hand is read for its largest element first. The exponential of each other one's difference to that is its term,
 * written where the result will be, and summed: so it is taken once. */
#define XK_KEEPS_TERMS 1

/* How many terms are 1, as the largest element's is, and the sum of the others: exact to the last digits where those hardly count. */
typedef struct xk_terms {
    xk_t ones, others;
} xk_terms;

/* A NaN need not stay: its term is one. */
XK_FN xk_t xk_peak(xk_t a, xk_t b)
{
    return b > a ? b : a;
}

/* What differences are taken to. Of nothing but negative infinity the terms are 0. */
XK_FN xk_t xk_base(xk_t peak)
{
    return peak == -(xk_t)XK_INFINITY ? 0 : peak;
}

/* What the difference's rounding lost counts as many units as the exponential is far from 1. */
XK_FN xk_t xk_term(xk_t x, xk_t base)
{
    const xk_t gap = x - base, back = gap - x, low = (x - (gap - back)) - (base + back), rest = gap > -1000 ? low : 0;
#if XK_F32
    const xk_t y = xk_exp(gap);
    return y + y * rest;
#else
    return xk_exp_times(1, gap, rest);
#endif
}

XK_FN xk_terms xk_terms_of(xk_t ones, xk_t others)
{
    xk_terms terms;
    terms.ones = ones;
    terms.others = others;
    return terms;
}

XK_FN xk_terms xk_lift_term(xk_t term)
{
    return xk_terms_of(term == 1 ? 1 : 0, term == 1 ? 0 : term);
}

XK_FN xk_terms xk_add_terms(xk_terms a, xk_terms b)
{
    return xk_terms_of(a.ones + b.ones, a.others + b.others);
}

/* What the row's elements come to otherwise. */
XK_FN xk_acc xk_of_terms(xk_t peak, xk_terms sum)
{
    return xk_acc_of(peak, sum.others + (sum.ones - 1));
}

XK_FN xk_r xk_map_term(xk_t term, xk_acc row)
{
    return term * row.rest;
}
