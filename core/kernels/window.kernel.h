/* The words of window functions, before the operator's text:
 *
 *   WINDOW { ... }   which run of dimension `d` of the operand, of those that a window walks, the element at `at` is made of:
 *                    its indices in the output's dimensions that the draft names. Nothing of a run may lie outside. Of single
 *                    elements: where two outputs n apart come from elements n apart, so do those between, or the text defines
 *                    XK_IRREGULAR
 *   XK_IN(d)         size of dimension d
 *   XK_OUT(i)        size of the dimension that at[i] counts
 *   XK_V(j)          the draft's value j
 *   xk_divided(n, j) n / XK_V(j), of an n of at least 0, where the draft has it as a divisor */

typedef struct xk_run {
    xk_index first, count, step;
} xk_run;

XK_FN xk_run xk_run_of(xk_index first, xk_index count, xk_index step)
{
    xk_run run;
    run.first = first;
    run.count = count;
    run.step = step;
    return run;
}

/* One element, and none. */
#define xk_one(i) xk_run_of(i, 1, 1)
#define xk_none() xk_run_of(0, 0, 1)

#define WINDOW \
    XK_FN xk_run xk_window(const int d, const xk_index *at, const xk_index *xk_in, const xk_index *xk_around, \
                           const xk_index *xk_value)
#ifndef XK_UNITS /* a bit for each value that is a divisor, and 1; a kernel that is made for the call knows it */
#define XK_UNITS 0u
#endif
#define XK_IS_UNIT(j) (XK_UNITS >> (j) & 1)
#define XK_IN(d) xk_in[d]
#define XK_OUT(i) xk_around[i]
#define XK_V(j) (XK_IS_UNIT(j) ? 1 : xk_value[j])
#if XK_INDEX64
#define xk_divided(n, j) (XK_V(j) == 1 ? (n) : (n) / XK_V(j))
#else
#define xk_divided(n, j) \
    (XK_IS_UNIT(j) ? (n) \
                   : (xk_index)((xk_mulhi((xk_uint)(n), (xk_uint)XK_V((j) + 1)) + (xk_uint)(n)) >> XK_V((j) + 2)))
#endif

/* From one element of a product of runs to the next, the last dimension fastest: how far that is. `turn` counts in each of the first
 * `dims` dimensions; those that `counted` has no bit for have one element. */
XK_FN xk_index xk_next(const xk_run *run, const xk_index *walk, xk_index *turn, const int dims, const xk_uint counted)
{
    xk_index apart = 0;
    int carries = 1;
    XK_UNROLL
    for (int w = dims - 1; w >= 0; w--) {
        if (!(counted >> w & 1))
            continue;
        const xk_index step = run[w].step * walk[w];
        turn[w] += carries;
        apart += carries ? step : 0;
        carries = carries && turn[w] == run[w].count;
        apart -= carries ? turn[w] * step : 0;
        turn[w] = carries ? 0 : turn[w];
    }
    return apart;
}
