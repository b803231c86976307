/* The functions of a sum over rows, of what a KERNEL returns: expops_draft_loss says what it is divided by. */
typedef xk_t xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return 0;
}

XK_FN xk_acc xk_lift(xk_r x)
{
    return x;
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    return a + b;
}

XK_FN xk_r xk_finish(xk_acc a, xk_t n, xk_t divisor)
{
    return a / divisor;
}
