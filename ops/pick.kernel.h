/* The index among all elements of the dimensions walked, in their order. Values: what is added to a negative one, how many
 * dimensions there are, how many elements, and of each dimension how many elements one of its steps is. */
#ifdef XK_WALKED /* a kernel that is made for the call knows how many */
#define PICK_DIMS XK_WALKED
#else
#define PICK_DIMS XK_V(1)
#endif

WINDOW
{
    xk_index i = at[0];
    i += i < 0 ? XK_V(0) : 0;
    const int there = (i >= 0) & (i < XK_V(2));
    if (PICK_DIMS == 1)
        return xk_run_of(i, there, 1);
    if (!there)
        return xk_none();
    i /= XK_V(3 + d);
    return xk_one(d ? i % XK_IN(d) : i);
}
