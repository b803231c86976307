#include "softmax_acc.kernel.h"
#define xk_apart XK_OWN(xk_apart)
#define xk_order XK_OWN(xk_order)
#define xk_checked XK_OWN(xk_checked)

/* `rest` is how much more than once the largest element's exponential the exponentials of all elements are: that of the largest
 * itself is 1, so that the logarithm of the sum is exact to the last digits where the others hardly count. Of no elements the sum is 0. */
XK_FN xk_acc xk_identity(void)
{
    return xk_acc_of(-(xk_t)XK_INFINITY, -1);
}

XK_FN xk_acc xk_lift(xk_t x)
{
    return xk_acc_of(x, 0);
}

/* The smaller one's sum is brought down to the larger one's scale. Of NaN `rest` becomes NaN, and stays it. */
XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    const int first = a.most >= b.most;
    const xk_t most = first ? a.most : b.most, less = first ? b.most : a.most;
    const xk_t rest = first ? a.rest : b.rest, other = first ? b.rest : a.rest;
    return xk_acc_of(most, rest + (1 + other) * xk_exp(less == most ? 0 : less - most));
}

/* Puts the larger of two first. */
XK_FN void xk_order(xk_acc *a, xk_acc *b)
{
    const int swap = b->most > a->most;
    const xk_acc more = xk_acc_of(swap ? b->most : a->most, swap ? b->rest : a->rest);
    *b = xk_acc_of(swap ? a->most : b->most, swap ? a->rest : b->rest);
    *a = more;
}

/* A vector's elements at once, a power of 2 of them: the largest is found first, so that of each other one there is one
 * exponential and nothing to choose. What is brought down to -inf would be NaN. Bounds are such that compilers know them. */
#define XK_COMBINES_MANY 1
#define XK_ORDER_HALVES(half) \
    XK_UNROLL \
    for (int k = 0; n > half && k < half; k++) \
        xk_order(more + k, more + (k + half) % n);
#define XK_ADD_HALF(half) \
    XK_UNROLL \
    for (int k = half; n > half && k < 2 * half; k++) \
        rest += (1 + more[k].rest) * xk_exp(more[k].most - base);
XK_FN xk_acc xk_combine_many(xk_acc acc, xk_acc *more, const int n)
{
    XK_ORDER_HALVES(8) XK_ORDER_HALVES(4) XK_ORDER_HALVES(2) XK_ORDER_HALVES(1)
    xk_order(more, &acc);
    const xk_t most = more[0].most, base = most == -(xk_t)XK_INFINITY ? 0 : most;
    xk_t rest = more[0].rest + (1 + acc.rest) * xk_exp(acc.most - base);
    XK_ADD_HALF(1) XK_ADD_HALF(2) XK_ADD_HALF(4) XK_ADD_HALF(8) return xk_acc_of(most, rest);
}

/* Elements that are looked at twice: first the largest is found, then of each one there is one exponential. The largest is no part of the
 * sum; as often as it comes more than once is added at the end. Where only 1 + rest counts, and a few units of it do not, so may it be:
 * 1 is taken off at the end. */
#define XK_LOOKS_TWICE 1
typedef struct xk_second {
    xk_t most, base, sum, times;
} xk_second;

XK_FN xk_acc xk_first(xk_acc a, xk_acc b)
{
    return xk_acc_of(xk_fmax(a.most, b.most), -1);
}

/* What is brought down to -inf would be NaN. */
XK_FN xk_second xk_begin(xk_acc a)
{
    xk_second s;
    s.most = a.most;
    s.base = a.most == -(xk_t)XK_INFINITY ? 0 : a.most;
    s.sum = 0;
    s.times = -1;
    return s;
}

XK_FN xk_second xk_add(xk_second s, xk_acc x)
{
    const xk_t gap = x.most - s.base, part = xk_exp(gap);
    const int same = xk_apart & (x.most == s.most);
    s.sum = same ? s.sum : s.sum + part;
    if (same)
        s.times += 1;
    return s;
}

XK_FN xk_acc xk_end(xk_second s)
{
    return xk_acc_of(s.most, s.sum + s.times);
}

/* A row with an infinity above all is NaN throughout. */
XK_FN xk_acc xk_checked(xk_acc a)
{
    return xk_acc_of(a.most, a.most == (xk_t)XK_INFINITY ? (xk_t)XK_NAN : a.rest);
}
