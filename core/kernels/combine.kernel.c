/* Row template that finishes a reduction of rows cut in parts: work-items that share a row read the accumulators of its
 * parts, and write its result, or, where XK_IS_MAP is 1, its settled accumulator, which the third step reads. */
#include "early.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#define XK_ALONE 1
#include "rows.kernel.h"

#if XK_IS_MAP
#define XK_OUT_TYPE xk_acc
#else
#define XK_OUT_TYPE XK_S(XK_O)
#endif

XK_KERNEL void xk_main(XK_TENSOR(XK_OUT_TYPE, out), XK_TENSOR(const xk_acc, x0), const xk_params p)
{
    XK_LOCAL xk_acc shared[XK_SHARED];
    xk_wait_previous();
    XK_GLOBAL const xk_acc *g0 = XK_POINTER(const xk_acc, x0);
    XK_GLOBAL XK_OUT_TYPE *gout = XK_POINTER(XK_OUT_TYPE, out);
    const xk_index row = (xk_index)xk_group_id() * XK_RPG + xk_row_here();
    const int lane = xk_lane(), alive = (xk_ulong)row < p.rows;
    xk_acc acc = xk_identity();
    for (xk_index part = lane; alive && part < (xk_index)p.parts; part += XK_TPR)
        acc = xk_combine(acc, g0[row * (xk_index)p.parts + part]);
    acc = xk_combine_row(acc, shared);
    if (alive && lane == 0) {
#if XK_IS_MAP
        gout[row] = XK_SETTLE;
#else
        const xk_r r = XK_CALL;
        gout[xk_row_start(p, 0, row)] = XK_STORE(r);
#endif
    }
}
