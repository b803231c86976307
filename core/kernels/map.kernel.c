/* Row template of maps: every element of the output is made of the row's element and the row's reduction. Where XK_TURNS says
 * so, the row stays in registers between the two passes. See rows.kernel.h. */

#if XK_NT > 1
#define XK_LOAD_MORE \
    XK_VECTOR(1) second; \
    XK_LOAD_ROW(1, second, e)
#else
#define XK_LOAD_MORE
#endif
/* For XK_CALL: the elements of the inputs at this moment. */
#define XK_X0 XK_CONVERT(0, first.v[k])
#define XK_X1 XK_CONVERT(1, second.v[k])

#define XK_MAP_VECTOR \
    union { \
        XK_CAT(xk_word, XK_WO) word; \
        XK_ARRAY(XK_S(XK_O), v); \
    } result; \
    XK_LOAD_MORE \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) { \
        const xk_r r = XK_CALL; \
        result.v[k] = XK_STORE(r); \
    }
#if XK_VEC > 1
#define XK_STORE_ROW *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(gout + at_out + e) = result.word;
#else
#define XK_STORE_ROW gout[at_out + XK_WALK(0, e)] = result.v[0];
#endif

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_LOCAL xk_acc shared[XK_WG];
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const xk_index row = (xk_index)xk_group_id() * XK_RPG + xk_row_here();
    const int lane = xk_lane(), alive = XK_EXACT || (xk_ulong)row < p.rows;
    const xk_index o0 = alive ? xk_row_start(p, 1, row) : 0, at_out = alive ? xk_row_start(p, 0, row) : 0;
#if XK_NT > 1
    const xk_index o1 = alive ? xk_row_start(p, 2, row) : 0;
#endif

    XK_BEGIN_GATHER
#if XK_TURNS
    XK_VECTOR(0) kept[XK_TURNS];
    XK_GATHER_TURNS(kept)
#else
    XK_GATHER_RANGE(0, p.length)
#endif
    XK_END_GATHER
    acc = xk_combine_row(acc, shared);
    acc = XK_SETTLE;

#if XK_TURNS
    XK_UNROLL
    for (int turn = 0; turn < XK_TURNS; turn++) {
        const xk_index e = (turn * XK_TPR + lane) * XK_VEC;
        if (XK_INSIDE(e)) {
            XK_VECTOR(0) first;
            first.word = kept[turn].word;
            XK_MAP_VECTOR
            XK_STORE_ROW
        }
    }
#else
    for (xk_index e = lane * XK_VEC; alive && e < p.length; e += XK_TPR * XK_VEC) {
        XK_VECTOR(0) first;
        XK_LOAD_ROW(0, first, e)
        XK_MAP_VECTOR
        XK_STORE_ROW
    }
#endif
}
