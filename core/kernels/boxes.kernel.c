/* Window template of sums: every element of the output is made of a box of the first input. A work-item takes a vector of neighbours; what
 * their boxes have in common is found once for all of them, and of each row of the boxes some elements of every box are asked for before
 * the first is used. See row_vector.kernel.h. Defines, besides those of it:
 *   XK_ALONG         a bit for each walked dimension whose run differs along the row
 *   XK_ONES          a bit for each one whose runs have one element or none; of XK_ALONG all but the last dimension
 *   XK_ASKED         elements of each box that are asked for at once, XK_VEC times which is 32 at most
 *   XK_MORE          a row of a box may have more */
#include "window.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#include "vectors.kernel.h"
#include "row_vector.kernel.h"

enum { XK_ACROSS = XK_WALKED - 1 };
#define XK_IS_ALONG(w) (XK_ALONG >> (w) & 1)
#define XK_COUNTED (~(xk_uint)(XK_ALONG | XK_ONES)) /* in rows of the boxes */

/* What boxes take of the dimensions in which those of a vector are alike. */
typedef struct xk_alike {
    xk_index rows;
    xk_index from; /* from where no index counts */
    xk_run run[XK_WALKED];
} xk_alike;

XK_FN xk_alike xk_find_alike(const xk_index *at, const xk_index *in, const xk_index *walk, const xk_index *around,
                             const xk_index *value)
{
    xk_alike alike;
    alike.rows = 1;
    alike.from = 0;
    XK_UNROLL
    for (int w = 0; w < XK_WALKED; w++) {
        alike.run[w] = xk_run_of(0, 1, 1);
        if (XK_IS_ALONG(w))
            continue;
        alike.run[w] = xk_window(w, at, in, around, value);
        alike.from += alike.run[w].first * walk[w];
        if (alike.run[w].count < 1)
            alike.rows = 0;
        else if (w != XK_ACROSS && XK_COUNTED >> w & 1)
            alike.rows *= alike.run[w].count;
    }
    return alike;
}

/* A box's part of a row. */
typedef struct xk_part {
    xk_index from, count, step;
} xk_part;

XK_FN xk_part xk_find_part(const xk_alike *alike, const xk_index *at, const xk_index *in, const xk_index *walk,
                           const xk_index *around, const xk_index *value)
{
    xk_part part;
    part.from = alike->from;
    part.count = alike->run[XK_ACROSS].count;
    part.step = alike->run[XK_ACROSS].step;
    int there = 1;
    XK_UNROLL
    for (int w = 0; w < XK_WALKED; w++)
        if (XK_IS_ALONG(w)) {
            const xk_run run = xk_window(w, at, in, around, value);
            part.from += run.first * walk[w];
            there &= run.count > 0;
            if (w == XK_ACROSS) {
                part.count = run.count;
                part.step = run.step;
            }
        }
    part.count = there && part.count > 0 && alike->rows > 0 ? part.count : 0;
    part.step *= walk[XK_ACROSS];
    return part;
}

#define XK_BIT(k, i) (1u << ((k) * XK_ASKED + (i)))

/* A bit for each of the elements that are asked for at once, from a part's element `first` on. */
XK_FN xk_uint xk_find_there(const xk_part *part, xk_index first)
{
    xk_uint there = 0;
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++) {
        xk_index asked = part[k].count - first;
#if XK_MORE
        asked = asked < 0 ? 0 : asked < XK_ASKED ? asked : XK_ASKED;
#endif
        there |= ((1u << (int)asked) - 1) * XK_BIT(k, 0);
    }
    return there;
}

/* Adds those elements. For one that is not there the tensor's first is loaded: a load that is left out is put off by compilers until
 * its element is added, and nothing is asked for at once any more. */
XK_FN void xk_add_some(xk_acc *sum, const xk_part *part, xk_index first, xk_uint there, XK_GLOBAL const XK_S(XK_D0) *g0,
                       xk_index from)
{
    XK_S(XK_D0) asked[XK_VEC][XK_ASKED];
    XK_UNROLL
    for (int i = 0; i < XK_ASKED; i++) {
        XK_UNROLL
        for (int k = 0; k < XK_VEC; k++) {
            const xk_index place = from + part[k].from + (first + i) * part[k].step;
            asked[k][i] = g0[there & XK_BIT(k, i) ? place : 0];
        }
    }
    XK_UNROLL
    for (int i = 0; i < XK_ASKED; i++) {
        XK_UNROLL
        for (int k = 0; k < XK_VEC; k++)
            if (there & XK_BIT(k, i))
                sum[k] = xk_combine(sum[k], xk_lift(XK_CONVERT(0, asked[k][i])));
    }
}

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const xk_index vector = (xk_index)xk_group_id() * XK_WG + (xk_index)xk_local_id();
    if ((xk_ulong)vector >= p.vectors)
        return;
    XK_FIND_VECTOR
    xk_alike alike;
    {
        const xk_index within = 0;
        XK_FIND_INDICES
        const xk_index at[XK_INDICES] = { XK_AT };
        alike = xk_find_alike(at, p.in, p.walk, p.around, p.value);
    }
    xk_part part[XK_VEC];
    xk_acc sum[XK_VEC];
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++) {
        const xk_index within = XK_WITHIN(k);
        XK_FIND_INDICES
        const xk_index at[XK_INDICES] = { XK_AT };
        part[k] = xk_find_part(&alike, at, p.in, p.walk, p.around, p.value);
        part[k].from += XK_BESIDE(0);
        sum[k] = xk_identity();
    }
    xk_index turn[XK_WALKED], from = 0;
    XK_UNROLL
    for (int w = 0; w < XK_WALKED; w++)
        turn[w] = 0;
#if XK_MORE
    xk_index most = part[0].count;
    XK_UNROLL
    for (int k = 1; k < XK_VEC; k++)
        most = part[k].count > most ? part[k].count : most;
#endif
    const xk_uint there = xk_find_there(part, 0);
    const xk_index rows = there ? alike.rows : 0; /* else there may be no element in the tensor */
    for (xk_index row = 0; row < rows; row++) {
        xk_add_some(sum, part, 0, there, g0, from);
#if XK_MORE
        for (xk_index first = XK_ASKED; first < most; first += XK_ASKED)
            xk_add_some(sum, part, first, xk_find_there(part, first), g0, from);
#endif
        from += xk_next(alike.run, p.walk, turn, XK_ACROSS, XK_COUNTED);
    }
    xk_result result;
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++) {
        const xk_acc acc = sum[k];
        const xk_long elements = (xk_long)alike.rows * part[k].count;
        const xk_r r = XK_CALL;
        result.v[k] = XK_STORE(r);
    }
    xk_put_vector(&result, gout + at_out, count, p.inner[0]);
}
