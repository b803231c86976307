/* Pointwise template: out[i] = body(x0[i], x1[i], ..., numbers).
 *
 * The iteration space has XK_RANK dimensions, outermost first; the innermost is cut into vectors of XK_VEC elements, one
 * for each work-item and turn. Defines, besides those of the dialect and of operands.kernel.h:
 *   XK_KO, XK_K0...  how the innermost dimension of each lies in memory: C contiguous, B broadcast, S strided
 *   XK_WO, XK_W0...  bytes of a vector of each
 *   XK_CALL          the body's call, over XK_X(i) and XK_N(j)
 *   XK_TURNS         vectors for each work-item
 *   XK_INDEX64       indices need 64 bits
 *   XK_TAIL          one dimension whose last vector may be partial
 *   XK_POSITION      the body takes the element's position, a number made of its indices, as XK_P */
#include "keeps.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#include "vectors.kernel.h"

#define XK_LOAD_C(i) v##i.word = *(XK_GLOBAL const XK_CAT(xk_word, XK_W##i) *)(g##i + o##i);
#define XK_LOAD_B(i) v##i.v[0] = g##i[o##i];
#define XK_LOAD_S(i) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        v##i.v[k] = g##i[o##i + k * p.inner[i + 1]];
#define XK_LOAD(i) XK_CAT(XK_LOAD_, XK_K##i)(i)
#define XK_AT_C(i) v##i.v[k]
#define XK_AT_B(i) v##i.v[0]
#define XK_AT_S(i) v##i.v[k]

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    XK_UNROLL
    for (int turn = 0; turn < XK_TURNS; turn++) {
        const xk_index vector =
            ((xk_index)xk_group_id() * XK_TURNS + turn) * XK_WG + (xk_index)xk_local_id();
        if ((xk_ulong)vector >= p.vectors)
            return;
        xk_index rest = vector, at_out = 0;
        XK_EACH(XK_OFFSET)
#if XK_POSITION
        xk_index position = p.first_position;
#define XK_P ((xk_long)(position + k * p.inner_position))
#endif
        XK_UNROLL
        for (int d = XK_RANK - 1; d >= 0; d--) {
            xk_index c = rest;
            if (d > 0) {
                rest = XK_DIVIDE(rest, d);
                c -= rest * p.size[d];
            }
            at_out += c * p.stride[0][d];
            XK_EACH(XK_ADVANCE)
#if XK_POSITION
            position += c * p.position[d];
#endif
        }
#if XK_TAIL
        if ((xk_ulong)vector * XK_VEC + XK_VEC > p.elements) {
            const int left = (int)(p.elements - (xk_ulong)vector * XK_VEC);
            for (int k = 0; k < left; k++) {
#define XK_LAST_C(i) g##i[o##i + k]
#define XK_LAST_B(i) g##i[o##i]
#define XK_LAST_S(i) g##i[o##i + k * p.inner[i + 1]]
#define XK_X(i) XK_CONVERT(i, XK_CAT(XK_LAST_, XK_K##i)(i))
                const xk_r r = XK_CALL;
                gout[at_out + k] = XK_STORE(r);
#undef XK_X
            }
            return;
        }
#endif
#define XK_X(i) XK_CONVERT(i, XK_CAT(XK_AT_, XK_K##i)(i))
        XK_COMPUTE
#if XK_OUT_CONTIGUOUS
        *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(gout + at_out) = XK_WORD(result);
#else
        XK_UNROLL
        for (int k = 0; k < XK_VEC; k++)
            gout[at_out + k * p.inner[0]] = result.v[k];
#endif
    }
}
