/* Row template of reductions and maps whose neighbouring rows lie together, and the elements of each apart, as columns of a matrix do.
 * A work-item takes XK_VEC neighbouring rows at once, neighbouring work-items take the next ones, and XK_TPR share each. Where XK_PART
 * is 1, a group takes one of p.parts parts of its rows, as those of reduce.kernel.c and map.kernel.c do. See rows.kernel.h.
 *   XK_MAPS   1: writes a map's results; 0: what rows are reduced to
 *   XK_K0...  how XK_VEC neighbouring rows lie in memory: C contiguous, B the same elements for all, U contiguous, of which a vector
 *             lies in two words, S anything else */
#define XK_IN_COLUMNS 1
#include "at_hand.kernel.h"
#include "early.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#include "run.kernel.h"
#include "rows.kernel.h"
#include "gather.kernel.h"

#if XK_PART && !XK_MAPS
#define XK_OUT_TYPE xk_acc
#else
#define XK_OUT_TYPE XK_S(XK_O)
#endif

/* Element e of the rows. */
#define XK_COLUMNS_C(i, into, e) \
    into.word = *(XK_GLOBAL const XK_CAT(xk_word, XK_W##i) *)(g##i + o##i + XK_WALK(i + 1, e));
#define XK_COLUMNS_B(i, into, e) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        into.v[k] = g##i[o##i + XK_WALK(i + 1, e)];
#define XK_COLUMNS_S(i, into, e) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        into.v[k] = g##i[o##i + XK_WALK(i + 1, e) + k * p.stride[i + 1][XK_OR - 1]];
#define XK_COLUMNS_U(i, into, e) XK_LOAD_RUN(into, g##i + o##i + XK_WALK(i + 1, e))
#define XK_COLUMNS(i, into, e) XK_CAT(XK_COLUMNS_, XK_K##i)(i, into, e)

/* Some elements are asked for before the first of them is used; of two inputs fewer where they are of so many rows at once, unless each is
 * of two words. */
enum { XK_AT_ONCE = XK_TURNS ? XK_TURNS : XK_NT - XK_OTHERS > 1 && XK_VEC >= 8 && !XK_RUN_BYTES ? 2 : 4 };
#define XK_HELD(i) xk_vector##i held##i[XK_AT_ONCE];
#define XK_HOLD(i) XK_COLUMNS(i, held##i[turn], e)
#define XK_TAKE_HELD(i) xk_vector##i v##i = held##i[turn];
#define XK_NOW(i) xk_vector##i v##i; XK_COLUMNS(i, v##i, e)
#define XK_REREAD_HELD(i) XK_UNKNOWN(held##i[turn].word);
#define XK_ALONE_C XK_COLUMNS_C
#define XK_ALONE_B XK_COLUMNS_B
#define XK_ALONE_S XK_COLUMNS_S
#define XK_ALONE_U XK_COLUMNS_S
#define XK_NOW_ALONE(i) xk_vector##i v##i; XK_CAT(XK_ALONE_, XK_K##i)(i, v##i, e)
#define XK_EACH_ROW(statement) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) { \
        statement \
    }
#define XK_TAKE_COLUMNS XK_EACH_ROW(seen[k] = xk_combine(seen[k], XK_LIFT);)
#define XK_EACH_TURN(inside, statements) \
    XK_UNROLL \
    for (int turn = 0; turn < XK_AT_ONCE; turn++) { \
        const xk_index e = at + turn * XK_TPR; \
        if (inside) { \
            statements \
        } \
    }

/* Of columns that are not kept, what is held is looked at twice where the operator's text does so. To look twice at all of a column takes
 * registers that groups which wait for each other lack. */
#if defined(XK_LOOKS_TWICE) && !XK_TURNS
#define XK_TAKE_ALL_HELD \
    { \
        xk_acc here[XK_VEC]; \
        xk_second second[XK_VEC]; \
        XK_EACH_ROW(here[k] = xk_identity();) \
        XK_EACH_TURN(1, XK_EACH_LIFTED(XK_TAKE_HELD) XK_EACH_ROW(here[k] = xk_first(here[k], XK_LIFT);)) \
        XK_EACH_ROW(second[k] = xk_begin(here[k]);) \
        XK_EACH_TURN(1, XK_EACH_LIFTED(XK_REREAD_HELD) XK_EACH_LIFTED(XK_TAKE_HELD) \
                            XK_EACH_ROW(second[k] = xk_add(second[k], XK_LIFT);)) \
        XK_EACH_ROW(seen[k] = xk_combine(seen[k], xk_end(second[k]));) \
    }
#else
#define XK_TAKE_ALL_HELD XK_EACH_TURN(1, XK_EACH_LIFTED(XK_TAKE_HELD) XK_TAKE_COLUMNS)
#endif

/* What one group keeps has its peaks found first (columns_terms.kernel.h); of groups that wait for each other, terms take the place of
 * elements, each work-item's taken to the largest element of its own. */
#define XK_TERMS (XK_SHIFTED && XK_TURNS && XK_CLUSTER == 1)
#if XK_TERMS
#define XK_GATHER_COLUMNS XK_GATHER_TERMS
#elif XK_KEPT_SHIFTED && XK_TURNS
#define XK_REREAD_KEPT
#define XK_FIND_SHIFTS \
    xk_t shift[XK_VEC]; \
    XK_EACH_ROW(shift[k] = xk_ratio(second[k].most, seen[k].most);)
#define XK_MAP_KEPT XK_MAP_COLUMNS_OF(, xk_map_term(v0.v[k] * shift[k], seen[k]))
#define XK_TAKE_TERMS \
    XK_EACH_ROW(v0.v[k] = xk_term_of(XK_X(0), second[k]); second[k].sum += v0.v[k];) \
    held0[turn] = v0;
#define XK_GATHER_COLUMNS \
    xk_second second[XK_VEC]; \
    XK_EACH_LIFTED(XK_HELD) \
    XK_EACH_TURN(e < end, XK_EACH_LIFTED(XK_HOLD)) \
    XK_EACH_ROW(second[k].most = -XK_INFINITY;) \
    XK_EACH_TURN(e < end, XK_EACH_LIFTED(XK_TAKE_HELD) XK_EACH_ROW(second[k].most = xk_fmax(second[k].most, XK_X(0));)) \
    XK_EACH_ROW(second[k] = xk_begin(second[k].most);) \
    XK_EACH_TURN(e < end, XK_EACH_LIFTED(XK_TAKE_HELD) XK_TAKE_TERMS) \
    XK_EACH_ROW(seen[k] = xk_of_terms(second[k].most, second[k].sum);)
#elif XK_TURNS
#define XK_REREAD_KEPT XK_EACH_LIFTED(XK_REREAD_HELD)
#define XK_FIND_SHIFTS
#define XK_MAP_KEPT XK_MAP_COLUMNS
#define XK_GATHER_COLUMNS \
    XK_EACH_LIFTED(XK_HELD) \
    XK_EACH_TURN(e < end, XK_EACH_LIFTED(XK_HOLD)) \
    XK_EACH_TURN(e < end, XK_EACH_LIFTED(XK_TAKE_HELD) XK_TAKE_COLUMNS)
#else
/* Of what lies in two words, those of a column's last element may end behind the matrix. */
#if XK_RUN_BYTES
#define XK_TOGETHER_UNTIL (end < p.length ? end : p.length - 1)
#define XK_TAKE_ALONE \
    if (at < end) { \
        const xk_index e = at; \
        XK_EACH_LIFTED(XK_NOW_ALONE) \
        XK_TAKE_COLUMNS \
    }
#else
#define XK_TOGETHER_UNTIL end
#define XK_TAKE_ALONE
#endif
#define XK_GATHER_COLUMNS \
    const xk_index until = XK_TOGETHER_UNTIL; \
    for (; at < until - (XK_AT_ONCE - 1) * XK_TPR; at += XK_AT_ONCE * XK_TPR) { \
        XK_EACH_LIFTED(XK_HELD) \
        XK_EACH_TURN(1, XK_EACH_LIFTED(XK_HOLD)) \
        XK_TAKE_ALL_HELD \
    } \
    for (; at < until; at += XK_TPR) { \
        const xk_index e = at; \
        XK_EACH_LIFTED(XK_NOW) \
        XK_TAKE_COLUMNS \
    } \
    XK_TAKE_ALONE
#endif

#define XK_MAP_COLUMNS_OF(each, call) \
    { \
        XK_RESULT_VECTOR_OF(each, call) \
        *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(gout + at_out + XK_WALK(0, e)) = result.word; \
    }
#define XK_MAP_COLUMNS XK_MAP_COLUMNS_OF(const xk_acc acc = seen[k];, XK_CALL)

#if XK_PART && XK_MAPS
#define XK_SETTLED XK_TENSOR(const xk_acc, settled),
#else
#define XK_SETTLED
#endif

/* What each of XK_SHARES has of the group's rows lies in `shared`, of XK_TOGETHER of a work-item's rows at once. Shares are those of
 * work-items, or of subgroups that have combined their own. */
#if defined(XK_MATRIX) && XK_WG % 32 == 0 && XK_RPG <= 32
#define XK_SHARES (XK_WG / 32)
#define XK_SHARE ((int)xk_local_id() / 32)
#define XK_HAS_SHARE ((int)xk_local_id() % 32 < XK_RPG)
#define XK_OWN_SHARE(acc) xk_combine_within(acc, XK_RPG, 32)
#else
#define XK_SHARES XK_TPR
#define XK_SHARE lane
#define XK_HAS_SHARE 1
#define XK_OWN_SHARE(acc) (acc)
#endif
enum {
    XK_ROOM = 32768 / (int)sizeof(xk_acc) / XK_SHARES / XK_RPG,
    XK_TOGETHER = XK_ROOM >= XK_VEC ? XK_VEC : XK_ROOM >= 4 && XK_VEC > 4 ? 4 : 1,
    XK_OF_A_SHARE = XK_RPG * XK_TOGETHER
};

#if XK_TERMS
#include "columns_terms.kernel.h"
#endif

/* Leaves what the group has of its rows in `mine`. */
XK_FN void xk_combine_columns(const xk_acc *seen, XK_LOCAL_POINTER xk_acc *shared, XK_LOCAL_POINTER xk_acc *mine)
{
    const int item = (int)xk_local_id(), lane = xk_lane();
    XK_UNROLL
    for (int first = 0; first < XK_VEC; first += XK_TOGETHER) {
        XK_UNROLL
        for (int k = 0; k < XK_TOGETHER; k++) {
            const xk_acc own = XK_OWN_SHARE(seen[first + k]);
            if (XK_HAS_SHARE)
                shared[XK_SHARE * XK_OF_A_SHARE + k * XK_RPG + xk_row_here()] = own;
        }
        xk_barrier();
        for (int gap = XK_SHARES / 2; gap > 0; gap /= 2) {
            for (int n = item; n < gap * XK_OF_A_SHARE; n += XK_WG)
                shared[n] = xk_combine(shared[n], shared[n + gap * XK_OF_A_SHARE]);
            xk_barrier();
        }
        for (int n = item; n < XK_OF_A_SHARE; n += XK_WG)
            mine[first * XK_RPG + n] = shared[n];
        xk_barrier();
    }
}

/* What another group of the cluster has is far away: each of its accumulators is asked for once. */
#if XK_CLUSTER > 1
XK_FN void xk_combine_groups(XK_LOCAL_POINTER xk_acc *mine, XK_LOCAL_POINTER xk_acc *ours)
{
    xk_cluster_arrive();
    xk_cluster_wait();
    for (int n = (int)xk_local_id(); n < XK_RPG * XK_VEC; n += XK_WG) {
        xk_acc all[XK_CLUSTER];
        XK_UNROLL
        for (int group = 0; group < XK_CLUSTER; group++)
            all[group] = *(const xk_acc *)xk_local_of(mine + n, group);
        XK_UNROLL
        for (int group = 1; group < XK_CLUSTER; group++)
            all[0] = xk_combine(all[0], all[group]);
        ours[n] = all[0];
    }
    xk_cluster_arrive();
    xk_barrier();
}
#define XK_OF_ROWS ours
#else
#define XK_OF_ROWS mine
#endif

XK_KERNEL void xk_main(XK_TENSOR(XK_OUT_TYPE, out), XK_EACH(XK_PARAMETER) XK_SETTLED const xk_params p)
{
#if !(XK_PART && XK_MAPS)
#if !XK_TERMS
    XK_LOCAL xk_acc shared[XK_SHARES * XK_OF_A_SHARE];
    XK_LOCAL xk_acc mine[XK_RPG * XK_VEC];
#endif
#if XK_CLUSTER > 1
    XK_LOCAL xk_acc ours[XK_RPG * XK_VEC];
#endif
#endif
    XK_GLOBAL XK_OUT_TYPE *gout = XK_POINTER(XK_OUT_TYPE, out);
    XK_EACH(XK_ADDRESS)
    const xk_index place = ((xk_index)XK_GROUP_OF_ROWS * XK_RPG + xk_row_here()) * XK_VEC;
    const int lane = xk_lane(), alive = (xk_ulong)place < p.rows;
    /* The last vector overlaps the one before, which writes what both have. */
    const xk_index row = XK_RUN_BYTES && alive && (xk_ulong)place + XK_VEC > p.rows ? (xk_index)p.rows - XK_VEC : place;
    const xk_index whole = alive ? p.length : 0;
    const xk_index at_out = alive ? xk_row_start(p, 0, row) : 0;
    XK_EACH(XK_ROW_START)
    XK_BOUNDS
    xk_acc seen[XK_VEC];
    xk_index at = from + lane;

#if XK_PART && XK_MAPS
    xk_wait_previous();
    XK_GLOBAL const xk_acc *gsettled = XK_POINTER(const xk_acc, settled);
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++)
        seen[k] = gsettled[alive ? row + k : 0];
#else
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++)
        seen[k] = xk_identity();
    XK_GATHER_COLUMNS
#if !XK_TERMS
    xk_combine_columns(seen, shared, mine);
#if XK_CLUSTER > 1
    xk_combine_groups(mine, ours);
#endif
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++)
        seen[k] = XK_OF_ROWS[k * XK_RPG + xk_row_here()];
#endif
#endif

#if !XK_MAPS
    for (int k = (int)(place - row); alive && lane == 0 && (XK_PART || XK_PART_OF_ROW == 0) && k < XK_VEC; k++) {
        const xk_acc acc = seen[k];
#if XK_PART
        gout[(row + k) * (xk_index)p.parts + XK_PART_OF_ROW] = acc;
#else
        const xk_r r = XK_CALL;
        gout[at_out + k * p.stride[0][XK_OR - 1]] = XK_STORE(r);
#endif
    }
#else
#if !XK_PART
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++) {
        const xk_acc acc = seen[k];
        seen[k] = XK_SETTLE;
    }
#endif
#if XK_TURNS
    XK_FIND_SHIFTS
    XK_EACH_TURN(e < end, XK_REREAD_KEPT XK_EACH_LIFTED(XK_TAKE_HELD) XK_EACH_OTHER(XK_NOW) XK_MAP_KEPT)
#elif XK_NT - XK_OTHERS > 1
    for (xk_index e = from + lane; e < end; e += XK_TPR) {
        XK_EACH(XK_NOW)
        XK_MAP_COLUMNS
    }
#else
    /* What was read last when the rows were reduced comes first: it may be in the device's cache still. Of two inputs, half types take
     * 4 percent longer so. */
    const xk_index step = XK_AT_ONCE * XK_TPR;
    for (at = from + lane + (end > from ? (end - 1 - from) / step * step : 0); at >= from; at -= step) {
        XK_EACH_LIFTED(XK_HELD)
        XK_EACH_TURN(e < end, XK_EACH_LIFTED(XK_HOLD))
        XK_EACH_TURN(e < end, XK_EACH_LIFTED(XK_TAKE_HELD) XK_EACH_OTHER(XK_NOW) XK_MAP_COLUMNS)
    }
#endif
#endif
    XK_LEAVE_CLUSTER
}
