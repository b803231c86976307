/* The operand goes on behind its ends as it comes, backwards from the element before the last. */
WINDOW
{
    const xk_index n = XK_IN(d), i = at[d] - XK_V(d), back = i < 0 ? -i : i;
    return xk_one(back < n ? back : 2 * (n - 1) - back);
}
