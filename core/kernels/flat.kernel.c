/* Flat template: pointwise, where the output is contiguous over all dimensions and they are kept apart by something else: an
 * input that is broadcast along some, or the position. Rows (the innermost dimension) need be no multiple of a vector.
 *
 * Vectors are cut from the whole, so that all of them are aligned and only the last may be partial. No row is shorter than a
 * vector, so a vector lies in one row or in two: element k in the first where k < left. Each work-item takes one. Defines as
 * in pointwise.kernel.c, except for
 *   XK_K0...         how each input lies in memory: C contiguous as the output is, B one value for each row, S anything else, U
 *                    what is moved, of 16 bytes that begin anywhere, where XK_RUN_BYTES says so
 *   XK_TAIL          the last vector is partial; it is within the last row */
#include "keeps.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#include "vectors.kernel.h"
#include "run.kernel.h"

/* Elements from an input's first to the vector's first, o, and to where that would be if the second row went on to the left
 * of its start, s. */
#define XK_ROW(i) xk_index o##i = column * p.inner[i + 1], s##i = -left * p.inner[i + 1];
#define XK_STEP_SECOND(i) s##i += second * p.stride[i + 1][d];

#define XK_LOAD_C(i) v##i.word = *(XK_GLOBAL const XK_CAT(xk_word, XK_W##i) *)(g##i + flat);
#define XK_LOAD_B(i) \
    v##i.v[0] = g##i[o##i]; \
    v##i.v[1] = g##i[s##i];
#define XK_LOAD_S(i) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        v##i.v[k] = g##i[(k < left ? o##i : s##i) + k * p.inner[i + 1]];
#define XK_LOAD_U(i) \
    if (!xk_load_runs(g##i, &p, o##i, s##i, (int)(left < XK_VEC ? left : XK_VEC), &v##i.word)) { \
        XK_LOAD_S(i) \
    }
#define XK_LOAD(i) XK_CAT(XK_LOAD_, XK_K##i)(i)
#define XK_AT_C(i) XK_CONVERT(i, v##i.v[k])
#define XK_AT_B(i) (k < left ? XK_CONVERT(i, v##i.v[0]) : XK_CONVERT(i, v##i.v[1]))
#define XK_AT_S(i) XK_CONVERT(i, v##i.v[k])
#define XK_AT_U(i) XK_CONVERT(i, v##i.v[k])

#define XK_LAST_C(i) g##i[flat + k]
#define XK_LAST_B(i) g##i[o##i]
#define XK_LAST_S(i) g##i[o##i + k * p.inner[i + 1]]
#define XK_LAST_U(i) g##i[o##i + k]

#if XK_RUN_BYTES
/* Of a vector that has `kept` elements of one row, and the others of the second. Returns 0 where the words reach beyond memory. */
XK_FN int xk_load_runs(XK_GLOBAL const XK_S(XK_D0) *g0, const xk_params *p, xk_index first, xk_index second, int kept, xk_word16 *out_word)
{
    XK_GLOBAL const XK_S(XK_D0) *low = g0 + p->low, *high = g0 + p->high;
    xk_run_words run, next;
    xk_run_value value, more;
    if (!xk_run_inside(g0 + first, low, high) || (kept < XK_VEC && !xk_run_inside(g0 + second, low, high)))
        return 0;
    xk_run_fetch(g0 + first, 1, &run);
    if (kept < XK_VEC)
        xk_run_fetch(g0 + second, 1, &next);
    xk_run_take(&run, &value);
    if (kept < XK_VEC) {
        xk_run_take(&next, &more);
        XK_UNROLL
        for (int i = 0; i < XK_RUN_PARTS; i++) {
            const int bytes = kept * (XK_RUN_BYTES / XK_VEC) - 4 * i, own = bytes < 0 ? 0 : bytes > 4 ? 4 : bytes;
            const xk_uint mask = (xk_uint)(((xk_ulong)1 << 8 * own) - 1);
            value.part[i] = (value.part[i] & mask) | (more.part[i] & ~mask);
        }
    }
    *out_word = value.word;
    return 1;
}
#endif

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const xk_index vector = (xk_index)xk_group_id() * XK_WG + (xk_index)xk_local_id();
    if ((xk_ulong)vector >= p.vectors)
        return;
    const xk_index flat = vector * XK_VEC;
    const xk_index row = XK_DIVIDE(flat, XK_RANK - 1);
    const xk_index column = flat - row * p.size[XK_RANK - 1];
    const xk_index left = p.size[XK_RANK - 1] - column;
    XK_EACH(XK_ROW)
#if XK_POSITION
    xk_index position = p.first_position + column * p.inner_position;
    xk_index second_position = p.first_position - left * p.inner_position;
#define XK_P ((xk_long)((k < left ? position : second_position) + k * p.inner_position))
#endif
    /* Where there is one row, it is the second too: nothing is read behind the last. */
    xk_index rest = row, second_rest = row + (left < XK_VEC);
    XK_UNROLL
    for (int d = XK_RANK - 2; d >= 0; d--) {
        xk_index c = rest, second = second_rest;
        if (d > 0) {
            rest = XK_DIVIDE(rest, d);
            c -= rest * p.size[d];
            second_rest = XK_DIVIDE(second_rest, d);
            second -= second_rest * p.size[d];
        }
        XK_EACH(XK_ADVANCE)
        XK_EACH(XK_STEP_SECOND)
#if XK_POSITION
        position += c * p.position[d];
        second_position += second * p.position[d];
#endif
    }
#if XK_TAIL
    if ((xk_ulong)flat + XK_VEC > p.elements) {
        const int count = (int)(p.elements - (xk_ulong)flat);
        for (int k = 0; k < count; k++) {
#define XK_X(i) XK_CONVERT(i, XK_CAT(XK_LAST_, XK_K##i)(i))
            const xk_r r = XK_CALL;
            gout[flat + k] = XK_STORE(r);
#undef XK_X
        }
        return;
    }
#endif
#define XK_X(i) XK_CAT(XK_AT_, XK_K##i)(i)
    XK_COMPUTE
    *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(gout + flat) = XK_WORD(result);
}
