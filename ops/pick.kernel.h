/* The index among all elements of the dimensions walked, in their order. Values: what is added to a negative one, and how many
 * dimensions there are. */
WINDOW
{
    xk_index i = at[0], elements = 1;
    i += i < 0 ? XK_V(0) : 0;
    for (int w = 0; w < (int)XK_V(1); w++)
        elements *= XK_IN(w);
    if (i < 0 || i >= elements)
        return xk_none();
    for (int w = (int)XK_V(1) - 1; w > d; w--)
        i /= XK_IN(w);
    return xk_one(d ? i % XK_IN(d) : i);
}
