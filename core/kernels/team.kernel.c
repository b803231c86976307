/* Row template of maps whose rows several groups keep together in local memory. All groups of the launch run at once, as p.teams teams
 * of p.parts members. A team takes every p.teams-th row, one a round, each member the same part of it. The first XK_TPR of a member's
 * work-items reduce a round's part as soon as it has arrived, and then write that of XK_BEHIND rounds before. What they have of a row,
 * the next XK_SUBGROUP items combine and tell the other members, the next hear what those tell, and the last ask for the parts of the
 * next rounds.
 *
 * Members tell by memory: an accumulator's words, each with the number of its round from 1 on, so that whoever finds that number has the
 * word, too; the numbers are 0 when the launch starts. A member begins a round, and so tells of it, when it has heard all others of the
 * one XK_BEHIND + 1 before, as they then had of the one as many before that: nobody needs what was told XK_PLACES rounds ago, in whose
 * place this goes. See rows.kernel.h. */
#include "at_hand.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#include "run.kernel.h"
#include "rows.kernel.h"
#include "gather.kernel.h"
#include "map_row.kernel.h"

enum { XK_NEAR = XK_TPR / XK_SUBGROUP };

/* Where a slot has an input's part: its vectors, and what is in front of the row's first one and behind its last one. */
enum { XK_PART_WORDS = XK_TURNS * XK_TPR + 2 * XK_EDGES };
#define XK_SLOT(i) (xk_kept + (slot * XK_LIFTED + i) * XK_PART_WORDS)
#define XK_PLACE(i) (XK_SLOT(i) + turn * XK_TPR + lane)
#define XK_EDGE_PLACE(i) (((XK_LOCAL_POINTER XK_S(XK_D##i) *)(XK_SLOT(i) + XK_TURNS * XK_TPR))[c])
#define XK_TAKE_EDGE(i) \
    xk_vector##i v##i; \
    v##i.v[0] = XK_EDGE_PLACE(i);
#define XK_KEEP_EDGE(i) XK_EDGE_PLACE(i) = g##i[o##i + XK_WALK(i + 1, e + k)];
#define XK_TAKE_KEPT(i) \
    xk_vector##i v##i; \
    v##i.word = *XK_PLACE(i);

/* What is to be known of the round's row, and its turns. */
#define XK_ROW_OF_ROUND \
    const xk_index row = team + (xk_index)round * (xk_index)p.teams; \
    const int alive = 1; \
    XK_FIND_EDGES \
    XK_EACH(XK_ROW_START) \
    XK_BOUNDS
#define XK_EACH_TURN(statements) \
    XK_UNROLL \
    for (int turn = 0; turn < XK_TURNS; turn++) { \
        const xk_index e = from + (turn * XK_TPR + lane) * XK_VEC; \
        if (XK_INSIDE(e)) { \
            statements \
        } \
    }
/* An accumulator as words. */
enum { XK_WORDS = sizeof(xk_acc) / sizeof(xk_uint) };
typedef union xk_spelt {
    xk_acc acc;
    xk_uint word[XK_WORDS];
} xk_spelt;

XK_FN xk_acc xk_shuffled(xk_acc acc, xk_uint by)
{
    xk_spelt moved;
    moved.acc = acc;
    XK_UNROLL
    for (int i = 0; i < XK_WORDS; i++)
        moved.word[i] = (xk_uint)xk_shuffle_down_i32((int)moved.word[i], by);
    return moved.acc;
}

/* Of the first `count`, a power of two, of the work-items that shuffle among themselves; the first has the result. */
XK_FN xk_acc xk_combine_near(xk_acc acc, int count)
{
    XK_UNROLL
    for (int gap = count / 2; gap > 0; gap /= 2)
        acc = xk_combine(acc, xk_shuffled(acc, (xk_uint)gap));
    return acc;
}

/* What one member has told, and whether it was of the round. */
typedef struct xk_told {
    xk_ulong word[XK_WORDS];
} xk_told;

XK_FN int xk_is_of(xk_told told, xk_uint number)
{
    int yes = 1;
    XK_UNROLL
    for (int i = 0; i < XK_WORDS; i++)
        yes &= (xk_uint)(told.word[i] >> 32) == number;
    return yes;
}

XK_FN xk_acc xk_acc_told(xk_told told)
{
    xk_spelt spelt;
    XK_UNROLL
    for (int i = 0; i < XK_WORDS; i++)
        spelt.word[i] = (xk_uint)told.word[i];
    return spelt.acc;
}

XK_FN void xk_tell_all(XK_GLOBAL xk_told *to, xk_acc acc, xk_uint number)
{
    xk_spelt spelt;
    spelt.acc = acc;
    XK_UNROLL
    for (int i = 0; i < XK_WORDS; i++)
        xk_tell(to->word + i, (xk_ulong)number << 32 | spelt.word[i]);
}

/* By work-items that shuffle among themselves; the first has the result. Each asks for what all of its members have told before it looks
 * at the first, as every look takes as long as memory does. */
XK_FN xk_acc xk_hear(XK_GLOBAL const xk_told *from, int members, xk_uint number)
{
    const int lane = (int)xk_local_id() % XK_SUBGROUP;
    xk_told told[XK_HEARD];
    int all;
    do {
        XK_UNROLL
        for (int i = 0; i < XK_HEARD; i++) {
            const int member = lane + i * XK_SUBGROUP;
            XK_UNROLL
            for (int word = 0; word < XK_WORDS; word++)
                told[i].word[word] = xk_see(from[member < members ? member : 0].word + word);
        }
        all = 1;
        XK_UNROLL
        for (int i = 0; i < XK_HEARD; i++)
            all &= xk_is_of(told[i], number);
    } while (!all);
    xk_acc acc = xk_identity();
    XK_UNROLL
    for (int i = 0; i < XK_HEARD; i++)
        if (lane + i * XK_SUBGROUP < members)
            acc = xk_combine(acc, xk_acc_told(told[i]));
    return xk_combine_near(acc, XK_SUBGROUP);
}

/* What the items of a member have in local memory besides rows. The gates open when all of a row has arrived and when all have
 * written it, when all have reduced it and when the members' accumulators are settled. */
typedef struct xk_shared {
    xk_acc reduced[XK_PLACES][XK_NEAR], settled[XK_PLACES];
#if XK_KEPT_SHIFTED
    float peak[XK_PLACES][XK_NEAR];
#endif
    xk_gate arrived[XK_SLOTS], left[XK_SLOTS], all_reduced[XK_PLACES], is_settled[XK_PLACES];
} xk_shared;

#define XK_TURN(round) ((xk_uint)(round) / XK_PLACES & 1)

/* Of each XK_SUBGROUP work-items the first leaves what they have of the round's row. Where terms are kept, all of them have it. */
#if XK_SHIFTED
#define XK_LOOK_AGAIN \
    XK_LOAD_EDGE(XK_TAKE_EDGE) \
    XK_SEE_EDGE \
    XK_BETWEEN_LOOKS \
    XK_EACH_TURN(XK_EACH_LIFTED(XK_TAKE_KEPT) XK_TAKE_AGAIN XK_PUT_BACK) \
    XK_ADD_EDGE \
    XK_NOTE_PEAK
#define XK_AMONG_SUBGROUP
#else
#define XK_LOOK_AGAIN
#define XK_AMONG_SUBGROUP acc = xk_combine_near(acc, XK_SUBGROUP);
#endif
#undef XK_PUT_BACK
#undef XK_FIND_SHIFT
#if XK_KEPT_SHIFTED
#define XK_PUT_BACK *XK_PLACE(0) = v0.word;
#define XK_NOTE_PEAK \
    if (lane % XK_SUBGROUP == 0) \
        shared->peak[round % XK_PLACES][lane / XK_SUBGROUP] = second.most;
#define XK_FIND_SHIFT const xk_t shift = xk_ratio(shared->peak[round % XK_PLACES][lane / XK_SUBGROUP], acc.most);
#else
#define XK_PUT_BACK
#define XK_NOTE_PEAK
#define XK_FIND_SHIFT
#endif
#define XK_REDUCE_PART \
    { \
        XK_ROW_OF_ROUND \
        XK_BEGIN_GATHER \
        XK_EACH_TURN(XK_EACH_LIFTED(XK_TAKE_KEPT) XK_TAKE) \
        XK_LOOK_AGAIN \
        XK_END_GATHER \
        XK_REDUCE_EDGES \
        XK_AMONG_SUBGROUP \
        if (lane % XK_SUBGROUP == 0) { \
            shared->reduced[round % XK_PLACES][lane / XK_SUBGROUP] = acc; \
            xk_gate_arrive(shared->all_reduced + round % XK_PLACES); \
        } \
    }
#if XK_EDGES && !XK_SHIFTED
#define XK_REDUCE_EDGES XK_EACH_EDGE(XK_EACH_LIFTED(XK_TAKE_EDGE) acc = xk_combine(acc, XK_LIFT);)
#else
#define XK_REDUCE_EDGES
#endif

/* What is read beside a member's part of the round's row, of the first turns: before the others are waited for. */
#if XK_OTHERS
#define XK_LOAD_EARLY \
    if (before >= 0) { \
        const int round = before, first = 0; \
        XK_ROW_OF_ROUND \
        XK_LOAD_BATCH \
    }
#else
#define XK_LOAD_EARLY
#endif

#if XK_EDGES
#define XK_WRITE_EDGES \
    XK_EACH_EDGE(XK_EACH_LIFTED(XK_TAKE_EDGE) XK_EACH_OTHER(XK_EDGE) const xk_r r = XK_CALL; gout[at_out + XK_WALK(0, e)] = XK_STORE(r);)
#else
#define XK_WRITE_EDGES
#endif
#define XK_WRITE_PART \
    { \
        XK_ROW_OF_ROUND \
        const xk_index at_out = xk_row_start(p, 0, row) + XK_INTO_ROW(0); \
        XK_UNROLL \
        for (int first = 0; first < XK_TURNS; first += XK_BATCH) { \
            if (first > 0) { \
                XK_LOAD_BATCH \
            } \
            XK_EACH_TURN_OF_BATCH(XK_EACH_LIFTED(XK_TAKE_KEPT) XK_EACH_OTHER(XK_TAKE_BESIDE) \
                                      XK_MAP_VECTOR XK_STORE_ROW) \
        } \
        XK_WRITE_EDGES \
    }

/* Reduces and writes a member's part of its team's rows. */
#define XK_DO_PARTS \
    XK_EACH_OTHER(XK_BESIDE) \
    for (int next = 0, slot_now = 0, slot_before = XK_SLOTS - XK_BEHIND, turned = 0; next < rounds + XK_BEHIND; next++) { \
        const int before = next - XK_BEHIND; \
        XK_LOAD_EARLY \
        if (next < rounds) { \
            const int round = next, slot = slot_now; \
            xk_gate_wait(shared->arrived + slot, turned); \
            XK_REDUCE_PART \
        } \
        if (before >= 0) { \
            const int round = before, slot = slot_before; \
            xk_gate_wait(shared->is_settled + round % XK_PLACES, XK_TURN(round)); \
            const xk_acc acc = shared->settled[round % XK_PLACES]; \
            XK_FIND_SHIFT \
            XK_WRITE_PART \
            xk_subgroup_barrier(); \
            if (lane % XK_SUBGROUP == 0) \
                xk_gate_arrive(shared->left + slot); \
        } \
        slot_before = slot_before + 1 < XK_SLOTS ? slot_before + 1 : 0; \
        slot_now = slot_now + 1 < XK_SLOTS ? slot_now + 1 : 0; \
        turned ^= slot_now == 0; \
    }

/* Asks for all of them, one after the other, as soon as there is room. */
#define XK_STREAM(i) xk_stream(XK_SLOT(i), g##i + o##i + from, bytes, shared->arrived + slot);
#if XK_EDGES
#define XK_ASK_FOR_EDGES \
    XK_EACH_EDGE(XK_EACH_LIFTED(XK_KEEP_EDGE)) \
    xk_subgroup_barrier(); \
    if (lane == 0) \
        xk_gate_arrive(shared->arrived + slot);
#else
#define XK_ASK_FOR_EDGES
#endif
#define XK_ASK_FOR_PARTS \
    for (int round = 0, slot = 0, turned = 1; round < rounds; round++) { \
        XK_ROW_OF_ROUND \
        const xk_uint bytes = end > from ? (xk_uint)((end - from) / XK_VEC * (int)sizeof(xk_word16)) : 0; \
        if (round >= XK_SLOTS) \
            xk_gate_wait(shared->left + slot, turned); \
        XK_EACH_LIFTED(XK_STREAM) \
        XK_ASK_FOR_EDGES \
        slot = slot + 1 < XK_SLOTS ? slot + 1 : 0; \
        turned ^= slot == 0; \
    }

XK_FN void xk_tell_rounds(XK_GLOBAL xk_told *to, XK_LOCAL_POINTER const xk_shared *shared, int rounds, int member, int members)
{
    const int lane = (int)xk_local_id() % XK_SUBGROUP;
    for (int round = 0; round < rounds; round++) {
        const int place = round % XK_PLACES;
        xk_gate_wait(shared->all_reduced + place, XK_TURN(round));
        const xk_acc acc = xk_combine_near(shared->reduced[place][lane % XK_NEAR], XK_NEAR);
        if (lane == 0)
            xk_tell_all(to + place * members + member, acc, (xk_uint)round + 1);
    }
}

XK_FN void xk_begin_gates(XK_LOCAL_POINTER xk_shared *shared)
{
    for (int i = (int)xk_local_id(); i < XK_SLOTS; i += XK_WG) {
        xk_gate_begin(shared->arrived + i, XK_LIFTED * XK_STREAM_ARRIVALS + XK_EDGES);
        xk_gate_begin(shared->left + i, XK_NEAR);
    }
    for (int i = (int)xk_local_id(); i < XK_PLACES; i += XK_WG) {
        xk_gate_begin(shared->all_reduced + i, XK_NEAR);
        xk_gate_begin(shared->is_settled + i, 1);
    }
    xk_barrier();
}

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) XK_TENSOR(xk_told, told), const xk_params p)
{
    XK_LOCAL_ASKED(xk_word16, xk_kept);
    XK_LOCAL_POINTER xk_shared *const shared = (XK_LOCAL_POINTER xk_shared *)(xk_kept + XK_SLOTS * XK_LIFTED * XK_PART_WORDS);
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const int item = (int)xk_local_id(), members = (int)p.parts;
    const int lane = item < XK_TPR ? item : item % XK_SUBGROUP;
    const xk_index team = (xk_index)xk_group_id() / members, member = (xk_index)xk_group_id() % members;
    const int rounds = (int)((p.rows - (xk_ulong)team + p.teams - 1) / p.teams);
    XK_GLOBAL xk_told *gtold = XK_POINTER(xk_told, told) + team * XK_PLACES * members;

    xk_begin_gates(shared);
    if (item < XK_TPR) {
        XK_DO_PARTS
    } else if (item < XK_TPR + XK_SUBGROUP) {
        xk_tell_rounds(gtold, shared, rounds, (int)member, members);
    } else if (item < XK_TPR + 2 * XK_SUBGROUP) {
        for (int round = 0; round < rounds; round++) {
            const int place = round % XK_PLACES;
            const xk_acc acc = xk_hear(gtold + place * members, members, (xk_uint)round + 1);
            if (lane == 0) {
                shared->settled[place] = XK_SETTLE;
                xk_gate_arrive(shared->is_settled + place);
            }
        }
    } else {
        XK_ASK_FOR_PARTS
    }
}
