/* Value 0 is where the slice starts, value 1 its step, a divisor. */
WINDOW
{
    const xk_index i = at[d] - XK_V(0), turn = xk_divided(i < 0 ? 0 : i, 1);
    if (i < 0 || turn >= XK_IN(d) || turn * XK_V(1) != i)
        return xk_none();
    return xk_one(turn);
}
