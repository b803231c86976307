/* Runs of XK_RUN_BYTES (4, 8 or 16) that begin at any element: loaded by the aligned words that they lie in. */

#if XK_RUN_BYTES
#define XK_RUN_WORD XK_CAT(xk_word, XK_RUN_BYTES)
#define XK_RUN_PARTS (XK_RUN_BYTES / 4)
#define XK_RUN (XK_RUN_BYTES / (int)sizeof(XK_S(XK_D0))) /* elements */
#if XK_RUN_BYTES == 16
#define XK_RUN_SPLIT(word) (word).x, (word).y, (word).z, (word).w
#elif XK_RUN_BYTES == 8
#define XK_RUN_SPLIT(word) (word).x, (word).y
#else
#define XK_RUN_SPLIT(word) (word)
#endif

/* Whether those words lie in memory from `low` to `high`. */
XK_FN int xk_run_inside(XK_GLOBAL const XK_S(XK_D0) *from, XK_GLOBAL const XK_S(XK_D0) *low,
                        XK_GLOBAL const XK_S(XK_D0) *high)
{
    const xk_ulong within = XK_RUN_BYTES - 1;
    return ((xk_ulong)from & ~within) >= (xk_ulong)low && ((xk_ulong)(from + XK_RUN - 1) | within) < (xk_ulong)high;
}

/* Bits from `shift` on of two neighbouring parts. */
XK_FN xk_uint xk_run_part(xk_uint low, xk_uint high, xk_uint shift)
{
    return (xk_uint)(((xk_ulong)high << 32 | low) >> shift);
}

typedef struct xk_run_words {
    XK_RUN_WORD low, high;
    xk_uint skew; /* of the run's first byte */
} xk_run_words;

/* Nothing waits for the words yet. */
XK_FN void xk_run_fetch(XK_GLOBAL const XK_S(XK_D0) *from, int there, xk_run_words *run)
{
    run->skew = (xk_uint)(xk_ulong)from & (XK_RUN_BYTES - 1);
    XK_GLOBAL const XK_RUN_WORD *words = (XK_GLOBAL const XK_RUN_WORD *)((XK_GLOBAL const char *)from - run->skew);
    if (there)
        run->low = words[0];
    if (there && run->skew)
        run->high = words[1];
}

XK_FN void xk_run_align(const xk_run_words *run, xk_uint *part)
{
    const xk_uint skew = run->skew;
    xk_uint all[2 * XK_RUN_PARTS] = { XK_RUN_SPLIT(run->low), XK_RUN_SPLIT(run->high) };
    XK_UNROLL
    for (int i = 0; i + 2 < 2 * XK_RUN_PARTS; i++)
        all[i] = skew & 8 ? all[i + 2] : all[i];
    XK_UNROLL
    for (int i = 0; i + 1 < 2 * XK_RUN_PARTS; i++)
        all[i] = sizeof(XK_S(XK_D0)) < 8 && skew & 4 ? all[i + 1] : all[i];
    XK_UNROLL
    for (int i = 0; i < XK_RUN_PARTS; i++)
        part[i] = sizeof(XK_S(XK_D0)) < 4 && skew & 3 ? xk_run_part(all[i], all[i + 1], (skew & 3) * 8) : all[i];
}

typedef union xk_run_value {
    XK_RUN_WORD word;
    xk_uint part[XK_RUN_PARTS];
    XK_S(XK_D0) v[XK_RUN];
} xk_run_value;

XK_FN void xk_run_take(const xk_run_words *run, xk_run_value *out_value)
{
    if (run->skew)
        xk_run_align(run, out_value->part);
    else
        out_value->word = run->low;
}
#endif
