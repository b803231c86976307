/* Window template of elements that are moved: each of the output is one of the first input, or there is none, and it is the second
 * input's or 0. A work-item takes a vector of neighbours; see row_vector.kernel.h. Defines, besides those of it:
 *   XK_PICKED        1: the window function gets one more index, the element of input XK_PICKS, the last
 *   XK_PICKS_ALONG   a vector's elements of input XK_PICKS lie side by side, and begin at a multiple of 16 bytes
 *   XK_RUN_BYTES     of a vector whose elements may lie side by side in the input, too; 0 where they hardly do
 *   XK_RUNS_WHOLE    every vector is full and a run that is one word of memory, or there is none of its elements, and all become 0
 *   XK_TURNS         vectors of a work-item; all are asked for before the first of them is stored */
#include "window.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#include "vectors.kernel.h"
#include "run.kernel.h"
#include "row_vector.kernel.h"

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

/* Where the one element is that the vector's k-th is made of, and whether it is there. */
#define XK_FIND(name, k) \
    xk_index name##_from; \
    int name##_there = 1; \
    { \
        const xk_index within = XK_WITHIN(k); \
        XK_FIND_INDICES \
        XK_PICK(k) \
        const xk_index at[XK_INDICES] = { XK_AT }; \
        name##_from = XK_BESIDE(0); \
        XK_UNROLL \
        for (int w = 0; w < XK_WALKED; w++) { \
            const xk_run run = xk_window(w, at, p.in, p.around, p.value); \
            name##_there &= run.count > 0; \
            name##_from += run.first * p.walk[w]; \
        } \
    }

#define XK_GIVEN(i) XK_GLOBAL const XK_S(XK_D##i) *g##i,
#define XK_GIVE(i) g##i,

#if !XK_RUNS_WHOLE
/* Each element by itself. */
XK_FN void xk_move_elements(XK_EACH(XK_GIVEN) XK_GLOBAL XK_S(XK_O) *gout, const xk_params p, const xk_index vector)
{
    XK_FIND_VECTOR
    XK_LOAD_PICKS
    xk_result result;
#if XK_NT - XK_PICKED < 2
    union {
        xk_uint part[4];
        XK_S(XK_O) element;
    } zero;
    zero.part[0] = zero.part[1] = zero.part[2] = zero.part[3] = 0;
#endif
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++) {
        XK_FIND(element, k)
#if XK_NT - XK_PICKED < 2
        result.v[k] = zero.element;
#else
        const xk_index within = XK_WITHIN(k);
        result.v[k] = g1[XK_BESIDE(1)];
#endif
        if (element_there)
            result.v[k] = g0[element_from];
    }
    xk_put_vector(&result, gout + at_out, count, p.inner[0]);
}
#endif

/* Where the ends of a vector lie a vector apart, so do those between: a window function says if that does not hold. */
#if XK_RUNS_WHOLE || (XK_RUN_BYTES && !defined(XK_IRREGULAR))
typedef struct xk_found {
    xk_index from, out;
    int is_run;
} xk_found;

XK_FN xk_found xk_find_run(XK_EACH(XK_GIVEN) const xk_params p, const xk_index vector)
{
    xk_found found;
    XK_FIND_VECTOR
    XK_FIND(first, 0)
    found.from = first_from;
    found.out = at_out;
#if XK_RUNS_WHOLE
    found.is_run = first_there;
#else
    XK_FIND(last, XK_VEC - 1)
    found.is_run = count == XK_VEC && first_there && last_there && last_from - first_from == XK_VEC - 1 &&
                   xk_run_inside(g0 + first_from, g0 + p.low, g0 + p.high);
#endif
    return found;
}

#if XK_RUNS_WHOLE
typedef xk_run_value xk_asked;
#else
typedef xk_run_words xk_asked;
#endif

XK_FN void xk_ask(XK_GLOBAL const XK_S(XK_D0) *from, int is_run, xk_asked *asked)
{
#if XK_RUNS_WHOLE
    XK_UNROLL
    for (int i = 0; i < XK_RUN_PARTS; i++)
        asked->part[i] = 0;
    if (is_run)
        asked->word = *(XK_GLOBAL const XK_RUN_WORD *)from;
#else
    xk_run_fetch(from, is_run, asked);
#endif
}

XK_FN void xk_take(const xk_asked *asked, xk_run_value *out_value)
{
#if XK_RUNS_WHOLE
    *out_value = *asked;
#else
    xk_run_take(asked, out_value);
#endif
}

XK_FN void xk_move_vectors(XK_EACH(XK_GIVEN) XK_GLOBAL XK_S(XK_O) *gout, const xk_params p, const xk_index first)
{
    xk_found found[XK_TURNS];
    xk_asked asked[XK_TURNS];
    XK_UNROLL
    for (int turn = 0; turn < XK_TURNS; turn++) {
        const xk_index vector = first + turn * XK_WG;
        found[turn] = xk_find_run(XK_EACH(XK_GIVE) p, (xk_ulong)vector < p.vectors ? vector : first);
    }
    XK_UNROLL
    for (int turn = 0; turn < XK_TURNS; turn++)
        xk_ask(g0 + found[turn].from, found[turn].is_run, asked + turn);
    XK_UNROLL
    for (int turn = 0; turn < XK_TURNS; turn++) {
        const xk_index vector = first + turn * XK_WG;
        if ((xk_ulong)vector >= p.vectors)
            continue;
        if (XK_RUNS_WHOLE || found[turn].is_run) {
            xk_run_value run;
            xk_take(asked + turn, &run);
            *(XK_GLOBAL XK_RUN_WORD *)(gout + found[turn].out) = run.word;
            continue;
        }
#if !XK_RUNS_WHOLE
        xk_move_elements(XK_EACH(XK_GIVE) gout, p, vector);
#endif
    }
}
#else
XK_FN void xk_move_vectors(XK_EACH(XK_GIVEN) XK_GLOBAL XK_S(XK_O) *gout, const xk_params p, const xk_index first)
{
    XK_UNROLL
    for (int turn = 0; turn < XK_TURNS; turn++)
        if ((xk_ulong)(first + turn * XK_WG) < p.vectors)
            xk_move_elements(XK_EACH(XK_GIVE) gout, p, first + turn * XK_WG);
}
#endif

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const xk_index vector = (xk_index)xk_group_id() * (XK_WG * XK_TURNS) + (xk_index)xk_local_id();
    if ((xk_ulong)vector < p.vectors)
        xk_move_vectors(XK_EACH(XK_GIVE) gout, p, vector);
}
