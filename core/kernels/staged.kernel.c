/* Row template of maps and reductions of short rows that start anywhere. A group's rows lie together in memory: they are loaded as
 * one piece, by whole vectors, into local memory, and what becomes of them is stored the same way. Neighbouring work-items take
 * neighbouring rows. See rows.kernel.h.
 *   XK_STAGED        words of local memory for an input's rows
 *   XK_EACH_STAGED, XK_EACH_BESIDE   as XK_EACH, of the inputs that pass through there, those that lie as the first does, and of the
 *                    others */
#include XK_OPERATOR
#include "operands.kernel.h"
#include "rows.kernel.h"
#include "gather.kernel.h"

typedef XK_CAT(xk_word, XK_W0) xk_staged;

#if XK_IS_MAP
#define XK_END_OF_ROW
#else
#define XK_END_OF_ROW \
    if (alive && lane == 0) { \
        const xk_r r = XK_CALL; \
        gout[xk_row_start(p, 0, row)] = XK_STORE(r); \
    }
#endif

#define XK_ROOM_OF(i) XK_LOCAL xk_staged room##i[XK_STAGED];
#define XK_STAGED_AS(T, i) ((XK_LOCAL_POINTER T *)room##i)
#define XK_OF_ROW(i) XK_LOCAL_POINTER XK_S(XK_D##i) *const row##i = XK_STAGED_AS(XK_S(XK_D##i), i) + xk_row_here() * (int)p.length;

/* Of a group's rows, an item's words, and its elements behind the last whole word. */
#define XK_EACH_OWN(name, begin, end, most, statement) \
    XK_UNROLL \
    for (int n = 0; n < (most + XK_WG - 1) / XK_WG; n++) { \
        const int name = begin + (int)xk_local_id() + n * XK_WG; \
        if (name < end) { \
            statement \
        } \
    }
#define XK_EACH_WORD(statement) XK_EACH_OWN(w, 0, words, XK_STAGED, statement)
#define XK_EACH_LEFT(statement) XK_EACH_OWN(c, words * XK_VEC, elements, XK_VEC, statement)

/* Words are copied past the registers where a device does so; else four of an item are asked for before the first of them is stored. */
#if defined(XK_MATRIX) && XK_W0 == 16
#define XK_FILL_WORDS(i) \
    XK_EACH_WORD(xk_copy16(room##i + w, (XK_GLOBAL const xk_staged *)from + w, 1);)
#define XK_FILLED xk_copied();
#else
#define XK_ASK(n) \
    xk_staged asked##n; \
    if (w + n * XK_WG < words) \
        asked##n = ((XK_GLOBAL const xk_staged *)from)[w + n * XK_WG];
#define XK_PUT_ASKED(i, n) \
    if (w + n * XK_WG < words) \
        room##i[w + n * XK_WG] = asked##n;
#define XK_FILL_WORDS(i) \
    for (int w = (int)xk_local_id(); w < words; w += 4 * XK_WG) { \
        XK_ASK(0) \
        XK_ASK(1) \
        XK_ASK(2) \
        XK_ASK(3) \
        XK_PUT_ASKED(i, 0) \
        XK_PUT_ASKED(i, 1) \
        XK_PUT_ASKED(i, 2) \
        XK_PUT_ASKED(i, 3) \
    }
#define XK_FILLED
#endif
#define XK_FILL(i) \
    { \
        XK_GLOBAL const XK_S(XK_D##i) *from = g##i + xk_row_start(p, i + 1, first); \
        XK_FILL_WORDS(i) \
        XK_EACH_LEFT(XK_STAGED_AS(XK_S(XK_D##i), i)[c] = from[c];) \
    }

/* Of a row, `width` elements of each work-item at once. */
#define XK_HOLD(i) xk_vector##i v##i;
#define XK_STAGED_ELEMENT(i) v##i.v[k % XK_VEC] = row##i[e + k * XK_TPR];
#define XK_OTHER_ELEMENT(i) v##i.v[k % XK_VEC] = g##i[o##i + XK_WALK(i + 1, e + k * XK_TPR)];
#define XK_EACH_OF(width, statements) \
    XK_UNROLL \
    for (int k = 0; k < width; k++) { \
        statements \
    }
#define XK_WALK_ROW(width, statements) \
    for (; XK_VEC >= width && e + (width - 1) * XK_TPR < end; e += width * XK_TPR) { \
        statements \
    }
#define XK_EACH_ELEMENT XK_EACH_STAGED(XK_STAGED_ELEMENT) XK_EACH_BESIDE(XK_OTHER_ELEMENT) /* what is not used is not read */
#define XK_TAKE_SOME(width) \
    XK_WALK_ROW(width, XK_EACH(XK_HOLD) XK_EACH_OF(width, XK_EACH_ELEMENT) XK_TAKE_OF(width))
#define XK_MAP_SOME(width) \
    XK_WALK_ROW(width, XK_EACH(XK_HOLD) XK_EACH_OF(width, XK_EACH_ELEMENT) \
                           XK_EACH_OF(width, const xk_r r = XK_CALL; result[e + k * XK_TPR] = XK_STORE(r);))
#define XK_ALL_WIDTHS(some) some(16) some(8) some(4) some(2) some(1)

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_LOCAL xk_acc shared[XK_SHARED];
    XK_EACH_STAGED(XK_ROOM_OF)
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const xk_index first = (xk_index)xk_group_id() * XK_RPG, row = first + xk_row_here();
    const int rows = (xk_ulong)first + XK_RPG < p.rows ? XK_RPG : (int)(p.rows - (xk_ulong)first);
    const int elements = rows * (int)p.length, words = elements / XK_VEC;
    const int lane = xk_lane(), alive = xk_row_here() < rows, end = alive ? (int)p.length : 0;
    XK_EACH_STAGED(XK_OF_ROW)
    XK_EACH_BESIDE(XK_ROW_START)
    XK_EACH_STAGED(XK_FILL)
    XK_FILLED
    xk_barrier();
    XK_BEGIN_GATHER
    {
        int e = lane;
        XK_ALL_WIDTHS(XK_TAKE_SOME)
    }
    XK_END_GATHER
    acc = xk_combine_row(acc, shared);
    XK_END_OF_ROW
#if XK_IS_MAP
    XK_LOCAL_POINTER XK_S(XK_O) *const result = XK_STAGED_AS(XK_S(XK_O), 0) + xk_row_here() * (int)p.length;
    acc = XK_SETTLE;
    {
        int e = lane;
        XK_ALL_WIDTHS(XK_MAP_SOME)
    }
    xk_barrier();
    gout += xk_row_start(p, 0, first);
    XK_EACH_WORD(((XK_GLOBAL xk_staged *)gout)[w] = room0[w];)
    XK_EACH_LEFT(gout[c] = XK_STAGED_AS(XK_S(XK_O), 0)[c];)
#endif
}
