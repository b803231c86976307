/* What the window templates of box.kernel.c and boxes.kernel.c share: a work-item takes a vector of XK_VEC neighbouring elements of one row
 * of the output; the last of a row may be partial. Defines, besides those of the dialect, of operands.kernel.h and of vectors.kernel.h:
 *   XK_WALKED        dimensions that a window walks
 *   XK_INDICES       indices that the window function gets, and XK_AT, which gives them as parts of c
 *   XK_VALUES        values that it gets
 *   XK_WHOLE         every full vector of the output starts at a multiple of its size
 *   XK_FULL          every vector is full
 *   XK_STORED        elements of the words, of 4 bytes or more, that the output can be written in at least; else 0 */

/* Elements from the operand's first to the k-th of the vector, and the index of that; what lies behind the last of a row is
 * taken to be the last. */
#define XK_WITHIN(k) (XK_FULL || (k) < count ? (k) : count - 1)
#define XK_BESIDE(i) (o##i + within * p.inner[i + 1])

/* Where `vector` is: its indices place[], of which the last counts vectors, offsets in all tensors, its first element's index in the row
 * and how many elements it has there. */
#define XK_FIND_VECTOR \
    xk_index rest = vector, at_out = 0, place[XK_RANK]; \
    XK_EACH(XK_OFFSET) \
    XK_UNROLL \
    for (int d = XK_RANK - 1; d >= 0; d--) { \
        xk_index c = rest; \
        if (d > 0) { \
            rest = XK_DIVIDE(rest, d); \
            c -= rest * p.size[d]; \
        } \
        at_out += c * p.stride[0][d]; \
        XK_EACH(XK_ADVANCE) \
        place[d] = c; \
    } \
    const xk_index start = place[XK_RANK - 1] * XK_VEC; \
    const int count = XK_FULL || p.length - start >= XK_VEC ? XK_VEC : (int)(p.length - start);

/* The indices c of the element `within` of the vector. */
#define XK_FIND_INDICES \
    xk_index c[XK_RANK]; \
    XK_UNROLL \
    for (int d = 0; d < XK_RANK; d++) \
        c[d] = d < XK_RANK - 1 ? place[d] : start + within;

typedef union xk_result {
    XK_CAT(xk_word, XK_WO) word;
    xk_uint part[4];
    XK_ARRAY(XK_S(XK_O), v);
} xk_result;

/* Writes the first `count` elements to `to`, by the widest words that go; elements lie `apart`. */
XK_FN void xk_put_vector(const xk_result *result, XK_GLOBAL XK_S(XK_O) *to, int count, xk_index apart)
{
#if XK_WHOLE
    if (count == XK_VEC) {
        *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)to = result->word;
        return;
    }
#endif
#if XK_STORED && XK_STORED < XK_VEC
    if (count % XK_STORED == 0) {
        XK_UNROLL
        for (int i = 0; i < XK_WO / 4; i++)
            if (i * 4 < count * (int)sizeof(XK_S(XK_O)))
                ((XK_GLOBAL xk_uint *)to)[i] = result->part[i];
        return;
    }
#endif
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++)
        if (k < count)
            to[k * apart] = result->v[k];
}
