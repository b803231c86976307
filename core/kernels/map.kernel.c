/* Row template of maps: every element of the output is made of the row's elements and the row's reduction. Where XK_TURNS says
 * so, what is reduced stays in registers between the two passes, those of XK_CLUSTER groups. Where XK_PART is 1, a group takes
 * one of p.parts parts of a row whose settled accumulator combine.kernel.c wrote. See rows.kernel.h. */
#include "at_hand.kernel.h"
#include "early.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#include "run.kernel.h"
#include "rows.kernel.h"
#include "gather.kernel.h"
#include "map_row.kernel.h"
#include "terms.kernel.h"

#define XK_EARLY (XK_TURNS && XK_OTHERS == 1 && XK_CLUSTER > 1 && !XK_EDGES)

#if XK_PART
#define XK_SETTLED XK_TENSOR(const xk_acc, settled),
#else
#define XK_SETTLED
#endif

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) XK_SETTLED const xk_params p)
{
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const xk_index row = (xk_index)XK_GROUP_OF_ROWS * XK_RPG + xk_row_here();
#ifdef XK_WAVE
    xk_pause(row < XK_WAVE ? row * p.length / XK_PACE : 0);
#endif
    const int lane = xk_lane(), alive = XK_EXACT || (xk_ulong)row < p.rows;
    XK_FIND_EDGES
    const xk_index at_out = alive ? xk_row_start(p, 0, row) + XK_INTO_ROW(0) : 0;
    XK_EACH(XK_ROW_START)
    XK_BOUNDS
    XK_EACH_OTHER(XK_BESIDE)

#if XK_TERMS
    XK_LOCAL float shared_terms[2][(XK_WG + 31) / 32];
    XK_GATHER_TERMS
    XK_WRITE_TERMS
#else
#if XK_PART
    xk_wait_previous();
    XK_GLOBAL const xk_acc *gsettled = XK_POINTER(const xk_acc, settled);
    const xk_acc acc = gsettled[alive ? row : 0];
#else
#if XK_LOCAL_TURNS
    XK_LOCAL_ASKED(xk_word16, xk_kept);
    XK_LOCAL_POINTER xk_acc *const shared = (XK_LOCAL_POINTER xk_acc *)(xk_kept + XK_LOCAL_TURNS * XK_WG);
#else
    XK_LOCAL xk_acc shared[XK_SHARED];
#endif
    XK_GATHER
#if XK_EARLY
    {
        const int first = 0;
        XK_LOAD_BATCH
    }
#endif
    acc = xk_combine_row(acc, shared);
#if XK_CLUSTER > 1
    acc = xk_combine_cluster(shared);
#endif
    acc = XK_SETTLE;
    XK_FIND_SHIFT
#endif

#if XK_TURNS
    XK_UNROLL
    for (int first = 0; first < XK_TURNS; first += XK_BATCH) {
        if (!XK_EARLY || first > 0) {
            XK_LOAD_BATCH
        }
        XK_EACH_TURN_OF_BATCH(XK_REREAD_ALL XK_EACH_LIFTED(XK_AGAIN) XK_EACH_OTHER(XK_TAKE_BESIDE)
                                  XK_MAP_VECTOR XK_STORE_ROW)
    }
#else
    for (xk_index e = from + lane * XK_VEC; alive && e < end; e += XK_TPR * XK_VEC) {
        XK_EACH(XK_LOAD)
        XK_MAP_VECTOR
        XK_STORE_ROW
    }
#endif
#if XK_EDGES
    XK_EACH_EDGE(XK_EACH(XK_EDGE) const xk_r r = XK_CALL; gout[at_out + XK_WALK(0, e)] = XK_STORE(r);)
#endif
    XK_LEAVE_CLUSTER
#endif
}
