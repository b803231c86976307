/* What the row templates share. A row is what the last dimensions of the iteration space hold for one index of the others.
 * XK_TPR work-items share a row and a group holds XK_RPG rows. Defines, besides those of the dialect and of
 * operands.kernel.h:
 *   XK_OR, XK_WR     numbers of kept and of walked dimensions
 *   XK_CLUSTER       groups that share a row and can wait for each other, each with a part of it; 1 for most
 *   XK_WAVE, XK_PACE the first rows, where each begins only when memory has served the one before: elements that it serves in a cycle
 *   XK_TEAM          1: groups share a row as team.kernel.c says; 0 for most. There, too:
 *   XK_SLOTS         rows that a member has in local memory, XK_BEHIND of which it has reduced and not written
 *   XK_HEARD         members that one work-item hears at most
 *   XK_RESIDENT      how many groups a compute unit should have registers for, where that is asked for
 *   XK_BY_ROWS       1: neighbouring work-items take neighbouring rows
 *   XK_ROWS_OF_GROUP rows, of which a work-item of columns.kernel.c takes some
 *   XK_EACH_LIFTED, XK_EACH_OTHER   as XK_EACH, of the inputs that are reduced, the first ones, and of the XK_OTHERS others
 *   XK_VEC           elements loaded at once; above 1 only where the last walked dimension is contiguous
 *   XK_K0...         there, how a row of each input lies in memory: C contiguous, B one element for all, U
 *                    contiguous, of which a vector lies in two words, S anything else
 *   XK_EDGES         1: rows start anywhere: whole vectors begin behind the first elements and end before the last ones
 *   XK_TURNS         vectors of a row a work-item takes, where that is a small number known now; 0 otherwise
 *   XK_LOCAL_TURNS   how many of them, the last ones, lie in local memory instead of registers; undefined for none
 *   XK_EXACT         1: the work-items' turns cover rows and groups without remainder
 *   XK_LIFT          the call of xk_lift, of the elements or of what KERNEL makes of them
 *   XK_CALL          the call of xk_finish or xk_map
 *   XK_SETTLE        the call of xk_settle
 *   XK_ACC_BYTES     the largest accumulator that the host has scratch memory for */

typedef char xk_acc_is_larger_than_XK_ACC_BYTES[sizeof(xk_acc) <= XK_ACC_BYTES ? 1 : -1];

#if XK_TEAM
enum { XK_PLACES = 2 * (XK_BEHIND + 1) }; /* rounds of which what was told lies in memory */
#endif

typedef struct xk_params {
    xk_ulong rows;
    xk_ulong parts;       /* that a row is cut in; 1 for most */
    xk_ulong part_length; /* elements; a multiple of XK_VEC * XK_TPR */
#if XK_TEAM
    xk_ulong teams; /* of p.parts groups each */
#endif
#if XK_NN > 0
    xk_number number[XK_NN];
#endif
    xk_index length; /* elements of a row */
    xk_index outer[XK_OR];
    xk_index walked[XK_WR];
    xk_index stride[XK_NT + 1][XK_OR + XK_WR]; /* elements; kept dimensions first */
} xk_params;

/* The row's length in the arithmetic. */
#if XK_C64 || XK_C128
#define XK_LENGTH xk_complex((xk_real)p.length, 0)
#else
#define XK_LENGTH ((xk_t)p.length)
#endif

/* Element `e` of a row, from the row's start. */
#if XK_WR == 1
#define XK_WALK(operand, e) ((e) * p.stride[operand][XK_OR])
#else
XK_FN xk_index xk_walk(xk_params p, int operand, xk_index e)
{
    xk_index offset = 0;
    for (int d = XK_WR - 1; d > 0; d--) {
        offset += e % p.walked[d] * p.stride[operand][XK_OR + d];
        e /= p.walked[d];
    }
    return offset + e * p.stride[operand][XK_OR];
}
#define XK_WALK(operand, e) xk_walk(p, operand, e)
#endif

XK_FN xk_index xk_row_start(xk_params p, int operand, xk_index row)
{
    xk_index offset = 0;
    for (int d = XK_OR - 1; d > 0; d--) {
        offset += row % p.outer[d] * p.stride[operand][d];
        row /= p.outer[d];
    }
    return offset + row * p.stride[operand][0];
}

/* Where an input's row starts, o<i>, or its first whole vector; those of all that is contiguous begin with the same element. */
#if XK_EDGES
/* The words that a skewed vector lies in end with its row at the latest. */
#if XK_RUN_BYTES
#define XK_BEFORE_VECTORS (head ? XK_VEC : 0)
#else
#define XK_BEFORE_VECTORS head
#endif
#define XK_FIND_EDGES \
    const int head = (int)(-(alive ? xk_row_start(p, 1, row) : 0) & (XK_VEC - 1)); \
    const xk_index whole = (p.length - XK_BEFORE_VECTORS) / XK_VEC * XK_VEC;
#define XK_INTO_ROW(operand) XK_WALK(operand, head)
#else
#define XK_FIND_EDGES const xk_index whole = p.length;
#define XK_INTO_ROW(operand) 0
#endif
#define XK_ROW_START(i) const xk_index o##i = alive ? xk_row_start(p, i + 1, row) + XK_INTO_ROW(i + 1) : 0;

/* A vector of an input, loaded in one access where it is contiguous. */
#define XK_VECTOR(i) \
    typedef union xk_vector##i { \
        XK_CAT(xk_word, XK_W##i) word; \
        XK_ARRAY(XK_S(XK_D##i), v); \
    } xk_vector##i;
XK_EACH(XK_VECTOR)

#if XK_WR == 1
#define XK_VECTOR_AT(operand, e) (e)
#else
#define XK_VECTOR_AT(operand, e) XK_WALK(operand, e)
#endif
#define XK_LOAD_C(i, into, e) \
    into.word = *(XK_GLOBAL const XK_CAT(xk_word, XK_W##i) *)(g##i + o##i + XK_VECTOR_AT(i + 1, e));
#define XK_LOAD_B(i, into, e) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        into.v[k] = g##i[o##i];
#define XK_LOAD_S(i, into, e) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        into.v[k] = g##i[o##i + XK_WALK(i + 1, (e) + k)];
#define XK_LOAD_RUN(into, from) \
    { \
        xk_run_words words; \
        union { \
            XK_RUN_WORD word; \
            xk_uint part[XK_RUN_PARTS]; \
        } aligned; \
        xk_run_fetch(from, 1, &words); \
        xk_run_align(&words, aligned.part); \
        into.word = aligned.word; \
    }
#define XK_LOAD_U(i, into, e) XK_LOAD_RUN(into, g##i + o##i + (e))
#if XK_VEC > 1
#define XK_LOAD_ROW(i, into, e) XK_CAT(XK_LOAD_, XK_K##i)(i, into, e)
#else
#define XK_LOAD_ROW(i, into, e) into.v[0] = g##i[o##i + XK_WALK(i + 1, e)];
#endif
/* The inputs' vectors at element e, v<i>; an element of them for XK_LIFT and XK_CALL. */
#define XK_LOAD(i) \
    xk_vector##i v##i; \
    XK_LOAD_ROW(i, v##i, e)
#define XK_X(i) XK_CONVERT(i, v##i.v[k])

/* Which of the group's rows a work-item helps with, and as which of the row's work-items. */
XK_FN int xk_row_here(void)
{
    return (int)xk_local_id() % (XK_BY_ROWS ? XK_RPG : XK_WG) / (XK_BY_ROWS ? 1 : XK_TPR);
}

XK_FN int xk_lane(void)
{
    return XK_BY_ROWS ? (int)xk_local_id() / XK_RPG : (int)xk_local_id() % XK_TPR;
}

/* Where work-items see each other's registers, those of one subgroup combine theirs without local memory: `mine` with that of the items
 * whose numbers differ by `from`, then by twice as much, below `to`. */
#if defined(XK_MATRIX) && XK_CLUSTER == 1 && XK_WG % 32 == 0
#define XK_WITHIN 1
#else
#define XK_WITHIN 0
#endif
#if defined(XK_MATRIX)
XK_FN xk_acc xk_combine_within(xk_acc mine, const int from, const int to)
{
    union {
        xk_acc acc;
        float part[(sizeof(xk_acc) + 3) / 4];
    } other;
    XK_UNROLL
    for (int by = from; by < to; by *= 2) {
        other.acc = mine;
        XK_UNROLL
        for (int i = 0; i < (int)(sizeof other / 4); i++)
            other.part[i] = xk_other_f32(other.part[i], (xk_uint)by);
        mine = xk_combine(mine, other.acc);
    }
    return mine;
}
#endif

/* Groups that wait for each other have their subgroups combine as far as they can, as each barrier adds to the wait. */
#if defined(XK_MATRIX) && XK_CLUSTER > 1 && !XK_BY_ROWS && XK_WG % 32 == 0 && XK_TPR == XK_WG
#define XK_NEIGHBOURS 1
#else
#define XK_NEIGHBOURS 0
#endif

/* Those of a subgroup, where they have not done so as they gathered (gather.kernel.h). */
#ifdef XK_KEEPS_SHIFTED
#define XK_COMBINED 1
#define xk_combine_near_ones(mine) (mine)
#else
#define XK_COMBINED 0
#define xk_combine_near_ones(mine) xk_combine_within(mine, 1, XK_TPR < 32 ? XK_TPR : 32)
#endif

/* Combines the accumulators of each row's work-items; the result reaches all of them, or, of groups that wait for each other, `shared`
 * alone. That has room for every second one of the group: the upper half of a row's work-items write theirs, the lower half take them.
 * Of subgroups that have little else to do, all combine as far as they can, as waiting would take longer; of others, as few as
 * possible. */
#if XK_NEIGHBOURS
#define XK_SHARED (XK_WG / 32)
#else
#define XK_SHARED ((XK_WG + 1) / 2)
#endif
XK_FN xk_acc xk_combine_row(xk_acc mine, XK_LOCAL_POINTER xk_acc *shared)
{
#if XK_NEIGHBOURS
    const int lane = xk_lane();
    mine = xk_combine_near_ones(mine);
    if (lane % 32 == 0)
        shared[lane / 32] = mine;
    xk_barrier();
    if (lane < 32) {
        mine = xk_combine_within(shared[lane % (XK_TPR / 32)], 1, XK_TPR / 32);
        if (lane == 0)
            shared[0] = mine;
    }
#elif XK_WITHIN && !XK_BY_ROWS && XK_TPR <= 32
    mine = xk_combine_near_ones(mine);
#elif XK_WITHIN && !XK_BY_ROWS && (XK_ALONE || XK_TPR <= 64 || XK_COMBINED)
    const int lane = xk_lane(), first = xk_row_here() * (XK_TPR / 32);
    mine = xk_combine_near_ones(mine);
    if (lane % 32 == 0)
        shared[first + lane / 32] = mine;
    xk_barrier();
    mine = xk_combine_within(shared[first + lane % (XK_TPR / 32)], 1, XK_TPR / 32);
#elif XK_WITHIN && !XK_BY_ROWS
    const int lane = xk_lane(), first = xk_row_here() * (XK_TPR / 2);
    XK_UNROLL
    for (int gap = XK_TPR / 2; gap >= 32; gap /= 2) {
        if (lane >= gap && lane < 2 * gap)
            shared[first + lane - gap] = mine;
        xk_barrier();
        if (lane < gap)
            mine = xk_combine(mine, shared[first + lane]);
        xk_barrier();
    }
    if (lane < 32)
        mine = xk_combine_within(mine, 1, 32);
    if (lane == 0)
        shared[first] = mine;
    xk_barrier();
    mine = shared[first];
#elif XK_TPR > 1
    const int lane = xk_lane(), step = XK_BY_ROWS ? XK_RPG : 1;
    const int first = XK_BY_ROWS ? xk_row_here() : xk_row_here() * (XK_TPR / 2);
    if (lane >= XK_TPR / 2)
        shared[first + (lane - XK_TPR / 2) * step] = mine;
    xk_barrier();
    if (lane < XK_TPR / 2)
        shared[first + lane * step] = xk_combine(mine, shared[first + lane * step]);
    xk_barrier();
    for (int gap = XK_TPR / 4; gap > 0; gap /= 2) {
        if (lane < gap)
            shared[first + lane * step] = xk_combine(shared[first + lane * step], shared[first + (lane + gap) * step]);
        xk_barrier();
    }
    mine = shared[first];
#endif
    return mine;
}

/* Combines what the groups of a cluster have of a row, in the same order in each. What xk_combine_row left in `shared` must stay
 * there until the others have seen it: XK_LEAVE_CLUSTER comes last. */
#if XK_CLUSTER > 1
XK_FN xk_acc xk_combine_cluster(XK_LOCAL_POINTER xk_acc *shared)
{
#if XK_NEIGHBOURS
    xk_cluster_arrive();
    xk_cluster_wait();
    const xk_acc mine = *(const xk_acc *)xk_local_of(shared, xk_local_id() % XK_CLUSTER);
    xk_cluster_arrive();
    return xk_combine_within(mine, 1, XK_CLUSTER);
#else
    xk_acc seen[XK_CLUSTER];
    xk_cluster_arrive();
    xk_cluster_wait();
    XK_UNROLL
    for (int group = 0; group < XK_CLUSTER; group++)
        seen[group] = *(const xk_acc *)xk_local_of(shared, group);
    xk_cluster_arrive();
    XK_UNROLL
    for (int group = 1; group < XK_CLUSTER; group++)
        seen[0] = xk_combine(seen[0], seen[group]);
    return seen[0];
#endif
}
#define XK_LEAVE_CLUSTER xk_cluster_wait();
#else
#define XK_LEAVE_CLUSTER
#endif
