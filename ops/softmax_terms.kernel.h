/* A row that stays at hand is read for its largest element first. The exponential of each other one's difference to that is its term,
 * which is summed; and, unless the results are made of the elements themselves (XK_SUMS_TERMS), written where the result will be: so
 * it is taken once. */
#if !XK_SUMS_TERMS
#define XK_KEEPS_TERMS 1
#endif

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

/* What the difference's rounding lost counts as many units as the exponential is far from 1; of a sum's logarithm it does not. */
XK_FN xk_t xk_term(xk_t x, xk_t base)
{
#if XK_SUMS_TERMS
    return xk_exp(x - base);
#else
    const xk_t gap = x - base, back = gap - x, low = (x - (gap - back)) - (base + back), rest = gap > -1000 ? low : 0;
#if XK_F32
    const xk_t y = xk_exp(gap);
    return y + y * rest;
#else
    return xk_exp_times(1, gap, rest);
#endif
#endif
}

/* Terms are summed apart from those that are 1, as the largest element's is, which are counted: the sum is exact to the last digits
 * where the others hardly count. */
XK_FN xk_t xk_one_of(xk_t term)
{
    return term == 1 ? 1 : 0;
}

XK_FN xk_t xk_other_of(xk_t term)
{
    return term == 1 ? 0 : term;
}

/* What the row's elements come to otherwise. */
XK_FN xk_acc xk_of_terms(xk_t peak, xk_t ones, xk_t others)
{
    return xk_acc_of(peak, others + (ones - 1));
}

#if XK_KEEPS_TERMS
XK_FN xk_r xk_map_term(xk_t term, xk_acc row)
{
    return term * row.rest;
}
#endif
