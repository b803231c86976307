/* Window template: every element of the output is made of a box of the first input. A work-item takes a vector of XK_VEC
 * neighbouring elements of one row; the last of a row may be partial. Defines, besides those of the dialect, of
 * operands.kernel.h and of vectors.kernel.h:
 *   XK_WALKED        dimensions that a window walks
 *   XK_INDICES       indices that the window function gets; XK_AT gives them, as parts of c and, where XK_PICKED is 1,
 *                    the element of input XK_PICKS, the last
 *   XK_VALUES        values that it gets
 *   XK_SINGLE        a box has one element or none, which is moved, or the second input's in its place, or 0
 *   XK_WHOLE         every full vector of the output starts at a multiple of its size
 *   XK_STORED        elements of the words, of 4 bytes or more, that the output can be written in at least; else 0
 *   XK_PICKS_ALONG   a vector's elements of input XK_PICKS lie side by side, and begin at a multiple of 16 bytes
 *   XK_RUN_BYTES     of a vector whose elements may lie side by side in the input, too; 0 where they hardly do */
#include "window.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#include "vectors.kernel.h"
#include "run.kernel.h"

/* Elements from the operand's first to the k-th of the vector, and the index of that; what lies behind the last of a row is
 * taken to be the last. */
#define XK_WITHIN(k) ((k) < count ? (k) : count - 1)
#define XK_BESIDE(i) (o##i + within * p.inner[i + 1])

#if XK_PICKED
#define XK_PICK_FROM(i) g##i[XK_BESIDE(i)]
#define XK_PICK_AT(i) XK_PICK_FROM(i)
#define XK_PICK_TYPE_OF(i) XK_S(XK_D##i)
#define XK_PICK_TYPE_AT(i) XK_PICK_TYPE_OF(i)
#define XK_PICK_TYPE XK_PICK_TYPE_AT(XK_PICKS)
/* As an index, which stays outside of any tensor where its type cannot hold it. */
XK_FN xk_index xk_pick(xk_long element)
{
#if XK_INDEX64
    return element;
#else
    return (int)element == element ? (int)element : -0x7fffffff;
#endif
}
#endif

#if !XK_SINGLE
/* The sum of the box, the last dimension innermost, of which some elements are asked for before the first of them is used; `start`
 * is where no index counts. */
enum { XK_ASKED = 4 };
XK_FN xk_acc xk_box(XK_GLOBAL const XK_S(XK_D0) *g0, xk_index start, const xk_run *run, const xk_index *walk)
{
    xk_acc acc = xk_identity();
    xk_index turn[XK_WALKED];
    XK_UNROLL
    for (int w = 0; w < XK_WALKED; w++) {
        turn[w] = 0;
        if (run[w].count < 1)
            return acc;
        start += run[w].first * walk[w];
    }
    for (;;) {
        for (xk_index first = 0; first < run[XK_WALKED - 1].count; first += XK_ASKED) {
            XK_S(XK_D0) asked[XK_ASKED];
            XK_UNROLL
            for (int i = 0; i < XK_ASKED; i++)
                if (first + i < run[XK_WALKED - 1].count)
                    asked[i] = g0[start + (first + i) * run[XK_WALKED - 1].step * walk[XK_WALKED - 1]];
            XK_UNROLL
            for (int i = 0; i < XK_ASKED; i++)
                if (first + i < run[XK_WALKED - 1].count)
                    acc = xk_combine(acc, xk_lift(XK_CONVERT(0, asked[i])));
        }
        int w = XK_WALKED - 2;
        for (; w >= 0; w--) {
            start += run[w].step * walk[w];
            if (++turn[w] < run[w].count)
                break;
            start -= turn[w] * run[w].step * walk[w];
            turn[w] = 0;
        }
        if (w < 0)
            return acc;
    }
}
#endif

#if XK_PICKS_ALONG /* read one by one, the words of one vector would be asked for again and again */
#define XK_PICK(k) const xk_index picked = xk_pick((xk_long)picks.v[k]);
#define XK_LOAD_PICKS \
    union { \
        xk_word16 word[XK_VEC * sizeof(XK_PICK_TYPE) / 16]; \
        XK_PICK_TYPE v[XK_VEC]; \
    } picks; \
    XK_GLOBAL const XK_PICK_TYPE *from = XK_CAT(g, XK_PICKS) + XK_CAT(o, XK_PICKS); \
    XK_UNROLL \
    for (int i = 0; i < XK_VEC * (int)sizeof(XK_PICK_TYPE) / 16; i++) \
        if (count == XK_VEC) \
            picks.word[i] = ((XK_GLOBAL const xk_word16 *)from)[i]; \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        if (count != XK_VEC) \
            picks.v[k] = from[XK_WITHIN(k)];
#else
#define XK_LOAD_PICKS
#endif
#if XK_PICKED && !XK_PICKS_ALONG
#define XK_PICK(k) const xk_index picked = xk_pick((xk_long)XK_PICK_AT(XK_PICKS));
#elif !XK_PICKED
#define XK_PICK(k)
#endif

/* The box of the vector's k-th element; run[w] is what it takes of the dimension w. */
#define XK_FIND_RUNS(k) \
    const xk_index within = XK_WITHIN(k); \
    xk_index c[XK_RANK]; \
    XK_UNROLL \
    for (int d = 0; d < XK_RANK; d++) \
        c[d] = d < XK_RANK - 1 ? place[d] : start + within; \
    XK_PICK(k) \
    const xk_index at[XK_INDICES] = { XK_AT }; \
    xk_run run[XK_WALKED]; \
    XK_UNROLL \
    for (int w = 0; w < XK_WALKED; w++) \
        run[w] = xk_window(w, at, p.in, p.around, p.value);

/* Where the one element is that it is made of, and whether it is there. */
#define XK_FIND(name, k) \
    xk_index name##_from; \
    int name##_there = 1; \
    { \
        XK_FIND_RUNS(k) \
        name##_from = XK_BESIDE(0); \
        XK_UNROLL \
        for (int w = 0; w < XK_WALKED; w++) { \
            name##_there &= run[w].count > 0; \
            name##_from += run[w].first * p.walk[w]; \
        } \
    }

/* Where the ends of a vector lie a vector apart, so do those between: a window function says if that does not hold. */
#if XK_RUN_BYTES && !defined(XK_IRREGULAR)
#define XK_BY_RUNS 1
#endif

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const xk_index vector = (xk_index)xk_group_id() * XK_WG + (xk_index)xk_local_id();
    if ((xk_ulong)vector >= p.vectors)
        return;
    xk_index rest = vector, at_out = 0, place[XK_RANK];
    XK_EACH(XK_OFFSET)
    XK_UNROLL
    for (int d = XK_RANK - 1; d >= 0; d--) {
        xk_index c = rest;
        if (d > 0) {
            rest = XK_DIVIDE(rest, d);
            c -= rest * p.size[d];
        }
        at_out += c * p.stride[0][d];
        XK_EACH(XK_ADVANCE)
        place[d] = c;
    }
    const xk_index start = place[XK_RANK - 1] * XK_VEC;
    const int count = (int)(p.length - start < XK_VEC ? p.length - start : XK_VEC);
    XK_LOAD_PICKS
    union {
        XK_CAT(xk_word, XK_WO) word;
        xk_uint part[4];
        XK_ARRAY(XK_S(XK_O), v);
    } result;
#if XK_SINGLE && XK_NT - XK_PICKED < 2
    union {
        xk_uint part[4];
        XK_S(XK_O) element;
    } zero;
    zero.part[0] = zero.part[1] = zero.part[2] = zero.part[3] = 0;
#endif
#if XK_BY_RUNS
    if (count == XK_VEC) {
        XK_FIND(first, 0)
        XK_FIND(last, XK_VEC - 1)
        if (first_there && last_there && last_from - first_from == XK_VEC - 1 &&
            xk_run_inside(g0 + first_from, g0 + p.low, g0 + p.high)) {
            xk_run_words words;
            xk_run_fetch(g0 + first_from, 1, &words);
            xk_run_value run;
            xk_run_take(&words, &run);
            *(XK_GLOBAL XK_RUN_WORD *)(gout + at_out) = run.word;
            return;
        }
    }
#endif
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++) {
#if XK_SINGLE
        XK_FIND(element, k)
#if XK_NT - XK_PICKED < 2
        result.v[k] = zero.element;
#else
        const xk_index within = XK_WITHIN(k);
        result.v[k] = g1[XK_BESIDE(1)];
#endif
        if (element_there)
            result.v[k] = g0[element_from];
#else
        XK_FIND_RUNS(k)
        xk_long elements = 1;
        XK_UNROLL
        for (int w = 0; w < XK_WALKED; w++)
            elements *= run[w].count > 0 ? run[w].count : 0;
        const xk_acc acc = xk_box(g0, XK_BESIDE(0), run, p.walk);
        const xk_r r = XK_CALL;
        result.v[k] = XK_STORE(r);
#endif
    }
#if XK_WHOLE
    if (count == XK_VEC) {
        *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(gout + at_out) = result.word;
        return;
    }
#endif
#if XK_STORED && XK_STORED < XK_VEC
    if (count % XK_STORED == 0) {
        XK_UNROLL
        for (int i = 0; i < XK_WO / 4; i++)
            if (i * 4 < count * (int)sizeof(XK_S(XK_O)))
                ((XK_GLOBAL xk_uint *)(gout + at_out))[i] = result.part[i];
        return;
    }
#endif
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++)
        if (k < count)
            gout[at_out + k * p.inner[0]] = result.v[k];
}
