/* Row template of maps whose rows several groups keep together in local memory. All groups of the launch run at once, as p.teams teams
 * of p.parts members. A team takes every p.teams-th row, one a round, each member the same part of it. A member has asked for its part
 * of the next XK_SLOTS rows. In a round it reduces what has arrived, tells the others, and meanwhile writes the row of the round before,
 * of which all have told by now: something is loaded and something stored all the time. See rows.kernel.h.
 *
 * Members tell by memory: an accumulator's words, each with the number of its round from 1 on, so that whoever finds that number
 * has the word, too; the numbers are 0 when the launch starts. A member tells of a round when it has heard all others of the one
 * before, as they then had of that before it: nobody needs what was told two rounds ago, in whose place this goes. */
#include XK_OPERATOR
#include "operands.kernel.h"
#include "run.kernel.h"
#include "rows.kernel.h"
#include "gather.kernel.h"
#include "map_row.kernel.h"

enum { XK_NEAR = XK_WG / XK_SUBGROUP };

#define XK_PLACE(i) (xk_kept + ((slot * XK_LIFTED + i) * XK_TURNS + turn) * XK_WG + lane)
#define XK_COPY(i) xk_copy16(XK_PLACE(i), (XK_GLOBAL const xk_word16 *)(g##i + o##i + e), 1);
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
        const xk_index e = from + (turn * XK_WG + lane) * XK_VEC; \
        if (XK_INSIDE(e)) { \
            statements \
        } \
    }
#define XK_ASK \
    if (round < rounds) { \
        XK_ROW_OF_ROUND \
        XK_EACH_TURN(XK_EACH_LIFTED(XK_COPY)) \
    } \
    xk_copies_end();

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

XK_FN void xk_tell_all(XK_GLOBAL xk_told *to, xk_acc acc, xk_uint number)
{
    xk_spelt spelt;
    spelt.acc = acc;
    XK_UNROLL
    for (int i = 0; i < XK_WORDS; i++)
        xk_tell(to->word + i, (xk_ulong)number << 32 | spelt.word[i]);
}

XK_FN xk_told xk_look(XK_GLOBAL const xk_told *from)
{
    xk_told told;
    XK_UNROLL
    for (int i = 0; i < XK_WORDS; i++)
        told.word[i] = xk_see(from->word + i);
    return told;
}

XK_FN int xk_is_of(xk_told told, xk_uint number)
{
    int yes = 1;
    XK_UNROLL
    for (int i = 0; i < XK_WORDS; i++)
        yes &= (xk_uint)(told.word[i] >> 32) == number;
    return yes;
}

/* By work-items that shuffle among themselves; the first has the result. */
XK_FN xk_acc xk_hear(XK_GLOBAL const xk_told *from, int members, xk_uint number)
{
    const int lane = (int)xk_local_id() % XK_SUBGROUP;
    xk_acc acc = xk_identity();
    int count = 1;
    while (count < members && count < XK_SUBGROUP)
        count *= 2;
    for (int member = lane; member < members; member += XK_SUBGROUP) {
        xk_spelt spelt;
        xk_told told = xk_look(from + member);
        while (!xk_is_of(told, number))
            told = xk_look(from + member);
        XK_UNROLL
        for (int i = 0; i < XK_WORDS; i++)
            spelt.word[i] = (xk_uint)told.word[i];
        acc = xk_combine(acc, spelt.acc);
    }
    return xk_combine_near(acc, count);
}

/* A member's part of the round's row is reduced; of each 32 work-items or so, the first leaves what they have. */
#define XK_REDUCE_PART \
    { \
        XK_ROW_OF_ROUND \
        XK_BEGIN_GATHER \
        XK_EACH_TURN(XK_EACH_LIFTED(XK_TAKE_KEPT) XK_TAKE) \
        XK_END_GATHER \
        XK_GATHER_EDGES \
        acc = xk_combine_near(acc, XK_SUBGROUP); \
        if (lane % XK_SUBGROUP == 0) \
            shared[lane / XK_SUBGROUP] = acc; \
    }

/* What is read beside a member's part of the round's row, of the first turns: before the others are waited for. */
#if XK_OTHERS
#define XK_LOAD_EARLY \
    if (round >= 0) { \
        const int first = 0; \
        XK_ROW_OF_ROUND \
        XK_LOAD_BATCH \
    }
#else
#define XK_LOAD_EARLY
#endif

#if XK_EDGES
#define XK_WRITE_EDGES \
    XK_EACH_EDGE(XK_EACH(XK_EDGE) const xk_r r = XK_CALL; gout[at_out + XK_WALK(0, e)] = XK_STORE(r);)
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

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) XK_TENSOR(xk_told, told), const xk_params p)
{
    XK_LOCAL_ASKED(xk_word16, xk_kept);
    XK_LOCAL_POINTER xk_acc *const settled = (XK_LOCAL_POINTER xk_acc *)(xk_kept + XK_SLOTS * XK_LIFTED * XK_TURNS * XK_WG);
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const int lane = (int)xk_local_id(), members = (int)p.parts;
    const xk_index team = (xk_index)xk_group_id() / members, member = (xk_index)xk_group_id() % members;
    const int rounds = (int)((p.rows - (xk_ulong)team + p.teams - 1) / p.teams);
    XK_GLOBAL xk_told *gtold = XK_POINTER(xk_told, told) + team * 2 * members;

    for (int round = 0, slot = 0; round < XK_SLOTS; round++, slot++) {
        XK_ASK
    }
    for (int next = 0, slot_before = XK_SLOTS - 1; next <= rounds; next++) {
        const int before = next - 1, slot_now = slot_before + 1 < XK_SLOTS ? slot_before + 1 : 0;
        XK_LOCAL_POINTER xk_acc *shared = settled + 2 + next % 2 * XK_NEAR;
        XK_EACH_OTHER(XK_BESIDE)
        {
            const int round = before;
            XK_LOAD_EARLY
            if (round >= 0 && lane >= XK_WG - XK_SUBGROUP) {
                const xk_acc acc = xk_hear(gtold + round % 2 * members, members, (xk_uint)round + 1);
                if (lane == XK_WG - XK_SUBGROUP)
                    settled[next % 2] = XK_SETTLE;
            }
        }
        xk_copies_but(XK_SLOTS - 2);
        if (next < rounds) {
            const int round = next, slot = slot_now;
            XK_REDUCE_PART
        }
        xk_barrier();
        if (next < rounds && lane < XK_SUBGROUP) {
            const xk_acc acc = xk_combine_near(shared[lane % XK_NEAR], XK_NEAR);
            if (lane == 0)
                xk_tell_all(gtold + next % 2 * members + member, acc, (xk_uint)next + 1);
        }
        if (before >= 0) {
            int round = before;
            const int slot = slot_before;
            const xk_acc acc = settled[next % 2];
            XK_WRITE_PART
            round += XK_SLOTS;
            XK_ASK
        }
        slot_before = slot_now;
    }
}
