/* The row functions of a sum, but for xk_finish. */
typedef xk_t xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return xk_from_real(0);
}

XK_FN xk_acc xk_lift(xk_t x)
{
    return x;
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
#if XK_C64 || XK_C128
    return xk_cadd(a, b);
#else
    return a + b;
#endif
}
