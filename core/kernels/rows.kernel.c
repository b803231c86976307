/* Row template: each row of the first input is reduced; the result is one element (reduce) or, element by element, what
 * xk_map makes of the row and its reduction (map).
 *
 * XK_TPR work-items share a row and a group holds XK_RPG rows. Defines, besides those of the dialect and operands.kernel.h:
 *   XK_MAP           1 for map
 *   XK_OR, XK_WR     numbers of kept and of walked dimensions
 *   XK_BY_ROWS       1: neighbouring work-items take neighbouring rows (walked dimension strided, kept one contiguous)
 *   XK_VEC           elements loaded at once; above 1 only where the walked dimension is contiguous
 *   XK_CACHE         vectors a work-item keeps in registers between the passes of map; 0: the row is read twice
 *   XK_PART          1: the group reduces one of p.parts parts of its row and stores the accumulator;
 *                    2: the input is such accumulators
 *   XK_CALL          the call of xk_finish or xk_map */

typedef struct xk_params {
    xk_ulong rows;
    xk_ulong parts;
    xk_ulong part_length; /* elements; a multiple of XK_VEC * XK_TPR */
#if XK_NN > 0
    xk_number number[XK_NN];
#endif
    xk_index length; /* elements of a row */
    xk_index outer[XK_OR];
    xk_index walked[XK_WR];
    xk_index stride[XK_NT + 1][XK_OR + XK_WR]; /* elements; kept dimensions first */
} xk_params;

#define XK_VECTOR(i) \
    union { \
        XK_CAT(xk_word, XK_W##i) word; \
        XK_S(XK_D##i) v[XK_VEC]; \
    }

/* Element `e` of a row, from the row's start. */
#if XK_WR == 1
#define XK_WALK(i, e) ((e) * p.stride[i + 1][XK_OR])
#define XK_WALK_OUT(e) ((e) * p.stride[0][XK_OR])
#else
XK_FN xk_index xk_walk(xk_index e, const xk_index *walked, const xk_index *stride)
{
    xk_index offset = 0;
    for (int d = XK_WR - 1; d >= 0; d--) {
        offset += e % walked[d] * stride[d];
        e /= walked[d];
    }
    return offset;
}
#define XK_WALK(i, e) xk_walk(e, p.walked, p.stride[i + 1] + XK_OR)
#define XK_WALK_OUT(e) xk_walk(e, p.walked, p.stride[0] + XK_OR)
#endif

/* A vector of an operand from its row's start, in one access where it is contiguous. */
#if XK_VEC > 1
#define XK_LOAD_ROW(i, into, e) into.word = *(XK_GLOBAL const XK_CAT(xk_word, XK_W##i) *)(g##i + o##i + (e));
#else
#define XK_LOAD_ROW(i, into, e) into.v[0] = g##i[o##i + XK_WALK(i, e)];
#endif
#if XK_NT > 1
#define XK_LOAD_MORE \
    XK_VECTOR(1) second; \
    XK_LOAD_ROW(1, second, e)
#else
#define XK_LOAD_MORE
#endif
/* For XK_CALL: the elements of the inputs of this moment. */
#define XK_X0 XK_CONVERT(0, XK_FIRST.v[k])
#define XK_X1 XK_CONVERT(1, second.v[k])

/* What a row's output holds: elements, or a part's accumulator. */
#if XK_PART == 1
#define XK_OUT_TYPE xk_acc
#else
#define XK_OUT_TYPE XK_S(XK_O)
#endif

#if XK_PART == 2
XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_TENSOR(const xk_acc, x0), const xk_params p)
#else
XK_KERNEL void xk_main(XK_TENSOR(XK_OUT_TYPE, out), XK_EACH(XK_PARAMETER) const xk_params p)
#endif
{
#if XK_TPR > 1
    XK_LOCAL xk_acc shared[XK_WG];
#endif
    const int item = (int)xk_local_id();
    const int row_here = XK_BY_ROWS ? item % XK_RPG : item / XK_TPR;
    const int lane = XK_BY_ROWS ? item / XK_RPG : item % XK_TPR;
#if XK_PART == 1
    const xk_index part = (xk_index)(xk_group_id() % p.parts);
    const xk_index row = (xk_index)(xk_group_id() / p.parts) * XK_RPG + row_here;
#else
    const xk_index row = (xk_index)xk_group_id() * XK_RPG + row_here;
#endif
    const int alive = (xk_ulong)row < p.rows;
    xk_acc acc = xk_identity();

#if XK_PART == 2
    XK_GLOBAL const xk_acc *g0 = XK_POINTER(const xk_acc, x0);
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    xk_index rest = alive ? row : 0, at_out = 0;
    for (int d = XK_OR - 1; d >= 0; d--) {
        at_out += rest % p.outer[d] * p.stride[0][d];
        rest /= p.outer[d];
    }
    if (alive)
        for (xk_index e = lane; e < (xk_index)p.parts; e += XK_TPR)
            acc = xk_combine(acc, g0[row * (xk_index)p.parts + e]);
#else
    XK_EACH(XK_ADDRESS)
    xk_index rest = alive ? row : 0, at_out = 0;
    XK_EACH(XK_OFFSET)
    for (int d = XK_OR - 1; d >= 0; d--) {
        const xk_index c = rest % p.outer[d];
        rest /= p.outer[d];
        at_out += c * p.stride[0][d];
        XK_EACH(XK_STEP)
    }
#if XK_PART == 1
    const xk_index from = part * (xk_index)p.part_length;
    const xk_index to = from + (xk_index)p.part_length < p.length ? from + (xk_index)p.part_length : p.length;
#else
    const xk_index from = 0, to = p.length;
#endif
#if XK_CACHE
    XK_VECTOR(0) kept[XK_CACHE];
    XK_UNROLL
    for (int turn = 0; turn < XK_CACHE; turn++) {
        const xk_index e = (turn * XK_TPR + lane) * XK_VEC;
        if (alive && e < to) {
            XK_LOAD_ROW(0, kept[turn], e)
            XK_UNROLL
            for (int k = 0; k < XK_VEC; k++)
                acc = xk_combine(acc, xk_lift(XK_CONVERT(0, kept[turn].v[k])));
        }
    }
#else
    if (alive)
        for (xk_index e = from + lane * XK_VEC; e < to; e += XK_TPR * XK_VEC) {
            XK_VECTOR(0) vector;
            XK_LOAD_ROW(0, vector, e)
            XK_UNROLL
            for (int k = 0; k < XK_VEC; k++)
                acc = xk_combine(acc, xk_lift(XK_CONVERT(0, vector.v[k])));
        }
#endif
#endif
#if XK_TPR > 1
    /* Combines the accumulators of each row's work-items; the result reaches all of them. */
    const int step = XK_BY_ROWS ? XK_RPG : 1;
    const int first = XK_BY_ROWS ? row_here : row_here * XK_TPR;
    shared[first + lane * step] = acc;
    xk_barrier();
    for (int gap = XK_TPR / 2; gap > 0; gap /= 2) {
        if (lane < gap)
            shared[first + lane * step] =
                xk_combine(shared[first + lane * step], shared[first + (lane + gap) * step]);
        xk_barrier();
    }
    acc = shared[first];
#endif

#if XK_PART == 1
    if (alive && lane == 0)
        (XK_POINTER(xk_acc, out))[row * (xk_index)p.parts + part] = acc;
#elif !XK_MAP
    if (alive && lane == 0) {
#if XK_PART != 2
        XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
#endif
        const xk_r r = XK_CALL;
        gout[at_out] = XK_STORE(r);
    }
#else
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
#if XK_CACHE
    XK_UNROLL
    for (int turn = 0; turn < XK_CACHE; turn++) {
        const xk_index e = (turn * XK_TPR + lane) * XK_VEC;
        if (!alive || e >= to)
            break;
#define XK_FIRST kept[turn]
#else
    for (xk_index e = lane * XK_VEC; alive && e < to; e += XK_TPR * XK_VEC) {
        XK_VECTOR(0) again;
        XK_LOAD_ROW(0, again, e)
#define XK_FIRST again
#endif
        XK_LOAD_MORE
        union {
            XK_CAT(xk_word, XK_WO) word;
            XK_S(XK_O) v[XK_VEC];
        } result;
        XK_UNROLL
        for (int k = 0; k < XK_VEC; k++) {
            const xk_r r = XK_CALL;
            result.v[k] = XK_STORE(r);
        }
#if XK_VEC > 1
        *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(gout + at_out + e) = result.word;
#else
        gout[at_out + XK_WALK_OUT(e)] = result.v[0];
#endif
    }
#endif
}
