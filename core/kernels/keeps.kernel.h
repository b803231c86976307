/* Before an operator's text whose KERNEL is a function of the position. Where XK_KEEPS is 1 it says which elements of the one input
 * are moved; 0 takes the place of the others. */
#if XK_KEEPS
#undef KERNEL
#define KERNEL XK_FN int xk_body

XK_FN xk_t xk_keep(int there, xk_t element)
{
    union {
        xk_uint part[4];
        xk_t element;
    } zero;
    zero.part[0] = zero.part[1] = zero.part[2] = zero.part[3] = 0;
    if (!there)
        element = zero.element;
    return element;
}
#endif
