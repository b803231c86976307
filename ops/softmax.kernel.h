/* A row's largest element, and how much more than once its exponential the exponentials of all elements are: that of the largest
 * itself is 1, so that the logarithm of the sum is exact to the last digits where the others hardly count. */
typedef struct xk_acc {
    xk_t most, rest;
} xk_acc;

XK_FN xk_acc xk_acc_of(xk_t most, xk_t rest)
{
    xk_acc a;
    a.most = most;
    a.rest = rest;
    return a;
}

/* Of no elements the sum is 0. */
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

/* A row with an infinity above all is NaN throughout. */
XK_FN xk_acc xk_checked(xk_acc a)
{
    return xk_acc_of(a.most, a.most == (xk_t)XK_INFINITY ? (xk_t)XK_NAN : a.rest);
}
