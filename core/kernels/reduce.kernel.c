/* Row template of reductions: one element for each row, or, where XK_PART is 1, one accumulator for each of p.parts parts of
 * each row, which combine.kernel.c reads. See rows.kernel.h. */
#include XK_OPERATOR
#include "operands.kernel.h"
#include "run.kernel.h"
#include "rows.kernel.h"
#include "gather.kernel.h"

#if XK_PART
#define XK_OUT_TYPE xk_acc
#else
#define XK_OUT_TYPE XK_S(XK_O)
#endif

XK_KERNEL void xk_main(XK_TENSOR(XK_OUT_TYPE, out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_LOCAL xk_acc shared[XK_SHARED];
    XK_GLOBAL XK_OUT_TYPE *gout = XK_POINTER(XK_OUT_TYPE, out);
    XK_EACH(XK_ADDRESS)
    const xk_index row = (xk_index)XK_GROUP_OF_ROWS * XK_RPG + xk_row_here();
    const int lane = xk_lane(), alive = XK_EXACT || (xk_ulong)row < p.rows;
    XK_FIND_EDGES
    XK_EACH(XK_ROW_START)
    XK_BOUNDS

    XK_GATHER
    acc = xk_combine_row(acc, shared);
#if XK_CLUSTER > 1
    acc = xk_combine_cluster(shared);
#endif

    if (alive && lane == 0 && (XK_PART || XK_PART_OF_ROW == 0)) {
#if XK_PART
        gout[row * (xk_index)p.parts + XK_PART_OF_ROW] = acc;
#else
        const xk_r r = XK_CALL;
        gout[xk_row_start(p, 0, row)] = XK_STORE(r);
#endif
    }
    XK_LEAVE_CLUSTER
}
