/* The index among all elements of the dimensions walked, in their order. Values: what is added to a negative one, how many
 * dimensions there are, and how many elements. */
WINDOW
{
    xk_index i = at[0];
    i += i < 0 ? XK_V(0) : 0;
    if (i < 0 || i >= XK_V(2))
        return xk_none();
    for (int w = (int)XK_V(1) - 1; w > d; w--)
        i /= XK_IN(w);
    return xk_one(d ? i % XK_IN(d) : i);
}
