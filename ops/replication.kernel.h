/* The operand's ends go on. */
WINDOW
{
    const xk_index n = XK_IN(d), i = at[d] - XK_V(d);
    return xk_one(i < 0 ? 0 : i < n ? i : n - 1);
}
