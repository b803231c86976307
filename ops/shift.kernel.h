/* What is pushed out at the end comes in at the start. */
WINDOW
{
    const xk_index i = at[d] - XK_V(d);
    return xk_one(i < 0 ? i + XK_IN(d) : i);
}
