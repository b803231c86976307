/* Runs of elements that begin anywhere, 16 bytes at a time: loaded by the aligned words that they lie in. */

#define XK_RUN (16 / (int)sizeof(XK_S(XK_D0))) /* elements of 16 bytes */

/* Whether those words lie in memory from `low` to `high`. */
XK_FN int xk_run_inside(XK_GLOBAL const XK_S(XK_D0) *from, XK_GLOBAL const XK_S(XK_D0) *low,
                        XK_GLOBAL const XK_S(XK_D0) *high)
{
    const xk_ulong first = (xk_ulong)from & ~(xk_ulong)15, last = (xk_ulong)(from + XK_RUN - 1) | 15;
    return first >= (xk_ulong)low && last < (xk_ulong)high;
}

/* Bits from `shift` on of two neighbouring parts. */
XK_FN xk_uint xk_run_part(xk_uint low, xk_uint high, xk_uint shift)
{
    return (xk_uint)(((xk_ulong)high << 32 | low) >> shift);
}

XK_FN void xk_run_load(XK_GLOBAL const XK_S(XK_D0) *from, xk_uint *part)
{
    const xk_uint skew = (xk_uint)(xk_ulong)from & 15u;
    XK_GLOBAL const xk_word16 *words = (XK_GLOBAL const xk_word16 *)((XK_GLOBAL const char *)from - skew);
    const xk_word16 low = words[0];
    xk_word16 high = low;
    if (skew)
        high = words[1];
    xk_uint all[8] = { low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w };
    XK_UNROLL
    for (int i = 0; i < 6; i++)
        all[i] = skew & 8 ? all[i + 2] : all[i];
    XK_UNROLL
    for (int i = 0; i < 5; i++)
        all[i] = sizeof(XK_S(XK_D0)) < 8 && skew & 4 ? all[i + 1] : all[i];
    XK_UNROLL
    for (int i = 0; i < 4; i++)
        part[i] = sizeof(XK_S(XK_D0)) < 4 ? xk_run_part(all[i], all[i + 1], (skew & 3) * 8) : all[i];
}
