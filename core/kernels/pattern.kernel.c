/* Window template for small elements that are moved, where many rows of the output are made of their rows of the input in the same
 * way: a work-item finds out once where the elements of a word are, its pattern, and makes that word of many rows. Words have 4
 * bytes and lie side by side. Where a row begins is worked out once for all its words, in local memory. Defines, besides those of
 * the dialect, of operands.kernel.h and of box.kernel.c (XK_WALKED, XK_INDICES, XK_VALUES, XK_AT):
 *   XK_ALONG         a bit for each walked dimension whose place depends on the place in the row
 *   XK_PASSES        rows of a work-item, which asks for the words of all before it uses the first
 *   XK_SIDE          rows that a group makes at once
 *   XK_EVEN          rows begin and end where words do */
#include "window.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#include "divide.kernel.h"

typedef struct xk_params {
    xk_long memory[XK_NT][2];                     /* where that of each input begins and ends, in elements from its first */
    xk_index length;                              /* of a row */
    xk_uint rows, words;                          /* in the dimensions between; of a row */
    xk_divisor lanes, tiles;                      /* work-items side by side in a row; so many of them in a row */
    xk_divisor shares;                            /* groups whose rows alternate */
    xk_divisor size[XK_RANK];
    xk_index stride[XK_NT + 1][XK_RANK];          /* elements */
    xk_index in[XK_WALKED], walk[XK_WALKED];      /* as in vectors.kernel.h */
    xk_index around[XK_INDICES], value[XK_VALUES];
} xk_params;

#define XK_BYTES ((int)sizeof(XK_S(XK_O)))
#define XK_PER_WORD (4 / XK_BYTES)                /* elements */
#define XK_SHIFT (XK_BYTES == 1 ? 2 : 1)          /* whose logarithm it is */
#define XK_ELEMENT (XK_BYTES == 1 ? 0xffu : 0xffffu)
#define XK_OF(k) (XK_ELEMENT << 8 * XK_BYTES * (k))
#define XK_SKEW(pointer) ((int)((xk_uint)(xk_ulong)(pointer) % 4) / XK_BYTES)

/* Where a row begins, and what it is: XK_NO_ROW, or these bits. */
typedef struct xk_row {
    xk_index out, from[XK_NT];
    int is;
} xk_row;
#define XK_NO_ROW -1
#define XK_THERE 1
#define XK_AT_END 2 /* memory may end inside of its words */

/* Where the elements of a word are, from the row's first, and which byte of the two words that begin with the one of the least of
 * them each is; `wanted` has the bytes that are there. */
typedef struct xk_pattern {
    xk_index from[XK_PER_WORD], least;
    xk_uint wanted, selector, last;
    int near; /* two words have them all, wherever the least is */
} xk_pattern;

XK_FN void xk_settle_pattern(xk_pattern *x)
{
    xk_index most = 0;
    int any = 0;
    x->least = 0;
    XK_UNROLL
    for (int k = 0; k < XK_PER_WORD; k++)
        if (x->wanted & XK_OF(k)) {
            x->least = any && x->least < x->from[k] ? x->least : x->from[k];
            most = any && most > x->from[k] ? most : x->from[k];
            any = 1;
        }
    x->near = most - x->least <= XK_PER_WORD;
    x->last = (xk_uint)(most - x->least);
    x->selector = 0;
    XK_UNROLL
    for (int k = 0; k < XK_PER_WORD; k++) {
        const xk_uint place = x->wanted & XK_OF(k) ? (xk_uint)(x->from[k] - x->least) : 0;
        x->selector |= (XK_BYTES == 1 ? place : place * 0x22u + 0x10u) << 4 * XK_BYTES * k;
    }
}

/* The words of input i for a pass. */
#define XK_WORDS(i) xk_uint low##i[XK_PASSES], high##i[XK_PASSES], selector##i[XK_PASSES];
#define XK_FETCH(i) \
    { \
        const xk_index from = row.from[i] + pattern[i].least + skew##i; \
        const xk_uint within = (xk_uint)from % XK_PER_WORD; \
        XK_GLOBAL const xk_uint *words = (XK_GLOBAL const xk_uint *)(g##i - skew##i) + (from >> XK_SHIFT); \
        const int asked = row.is >= 0 && row.is < XK_AT_END && (XK_ASKED_##i); \
        selector##i[a] = pattern[i].selector + within * XK_BYTES * 0x1111u; \
        low##i[a] = high##i[a] = 0; \
        if (asked) \
            low##i[a] = words[0]; \
        if (asked && within + pattern[i].last >= XK_PER_WORD) \
            high##i[a] = words[1]; \
    }
#define XK_ASKED_0 (row.is && pattern[0].wanted)
#define XK_ASKED_1 (!row.is || pattern[1].wanted)
#define XK_WORD(i) xk_permute(low##i[a], high##i[a], selector##i[a])

/* One by one what lies too far apart for two words, or where memory ends. */
#define XK_GIVEN(i) XK_GLOBAL const XK_S(XK_D##i) *g##i,
#define XK_GIVE(i) g##i,
XK_FN void xk_move_elements(XK_EACH(XK_GIVEN) XK_GLOBAL XK_S(XK_O) *to, const xk_row *row, const xk_pattern *pattern, xk_uint inside)
{
    XK_UNROLL
    for (int k = 0; k < XK_PER_WORD; k++) {
        XK_S(XK_O) element = 0;
        if (!(inside & XK_OF(k)))
            continue;
        if (row->is & XK_THERE && pattern[0].wanted & XK_OF(k))
            element = g0[row->from[0] + pattern[0].from[k]];
#if XK_NT > 1
        else
            element = g1[row->from[1] + pattern[1].from[k]];
#endif
        to[k] = element;
    }
}

/* Whether the words that a row of input i may be made of are in memory. */
#define XK_CHECK_END(i) \
    { \
        xk_index low = o##i, high = o##i; \
        XK_WIDEN(p->length, p->stride[i + 1][XK_RANK - 1]) \
        XK_UNROLL \
        for (int w = 0; i == 0 && w < XK_WALKED; w++) \
            if (XK_ALONG >> w & 1) \
                XK_WIDEN(p->in[w], p->walk[w]) \
        if (low - XK_PER_WORD < (xk_index)p->memory[i][0] || high + XK_PER_WORD >= (xk_index)p->memory[i][1]) \
            row.is |= XK_AT_END; \
        row.from[i] = o##i; \
    }
#define XK_WIDEN(count, step) \
    if ((step) < 0) \
        low += ((count) - 1) * (step); \
    else \
        high += ((count) - 1) * (step);

/* The place in the dimensions but the row's own, of which `rest` is one. */
#define XK_SPLIT \
    XK_UNROLL \
    for (int d = XK_RANK - 2; d >= 0; d--) { \
        const xk_uint next = d > 0 ? xk_divide(rest, p->size[d]) : 0; \
        c[d] = (xk_index)(rest - next * p->size[d].size); \
        rest = next; \
        at_out += c[d] * p->stride[0][d]; \
        XK_EACH(XK_ADVANCE_TO) \
    }
#define XK_ADVANCE_TO(i) o##i += c[d] * p->stride[i + 1][d];

/* Row `rest` of all. */
XK_FN xk_row xk_find_row(const xk_params *p, xk_uint rest)
{
    xk_row row = { 0 };
    xk_index at_out = 0, c[XK_RANK];
    XK_EACH(XK_OFFSET)
    c[XK_RANK - 1] = 0;
    row.is = XK_NO_ROW;
    if (rest >= p->rows)
        return row;
    XK_SPLIT
    const xk_index at[XK_INDICES] = { XK_AT };
    row.is = XK_THERE;
    XK_UNROLL
    for (int w = 0; w < XK_WALKED; w++)
        if (!(XK_ALONG >> w & 1)) {
            const xk_run run = xk_window(w, at, p->in, p->around, p->value);
            row.is &= run.count > 0;
            o0 += run.first * p->walk[w];
        }
    row.out = at_out;
    XK_EACH(XK_CHECK_END)
    return row;
}

/* The patterns of the word whose first element is the row's element `begin`; returns which of its bytes are in the row. */
XK_FN xk_uint xk_find_patterns(const xk_params *p, xk_index begin, xk_pattern *pattern)
{
    xk_index c[XK_RANK];
    xk_uint inside = 0;
    pattern[0].wanted = 0;
    XK_UNROLL
    for (int d = 0; d < XK_RANK; d++)
        c[d] = 0; /* patterns do not depend on the other dimensions */
    XK_UNROLL
    for (int k = 0; k < XK_PER_WORD; k++) {
        const int in = XK_EVEN || (begin + k >= 0 && begin + k < p->length);
        int there = in;
        c[XK_RANK - 1] = in ? begin + k : 0;
        XK_UNROLL
        for (int i = 0; i < XK_NT; i++)
            pattern[i].from[k] = c[XK_RANK - 1] * p->stride[i + 1][XK_RANK - 1];
        const xk_index at[XK_INDICES] = { XK_AT };
        XK_UNROLL
        for (int w = 0; w < XK_WALKED; w++)
            if (XK_ALONG >> w & 1) {
                const xk_run run = xk_window(w, at, p->in, p->around, p->value);
                there &= run.count > 0;
                pattern[0].from[k] += run.first * p->walk[w];
            }
        inside |= in ? XK_OF(k) : 0;
        pattern[0].wanted |= there ? XK_OF(k) : 0;
    }
    xk_settle_pattern(pattern);
#if XK_NT > 1
    pattern[1].wanted = inside;
    xk_settle_pattern(pattern + 1);
    pattern[1].wanted &= ~pattern[0].wanted; /* it is asked for where the other input is not */
#endif
    return inside;
}

#define XK_SKEW_OF(i) const int skew##i = XK_SKEW(g##i);
#define XK_IS_NEAR(i) && pattern[i].near

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params params)
{
    XK_LOCAL xk_row rows[XK_PASSES * XK_SIDE];
    XK_LOCAL int at_ends;
    const xk_params *p = &params;
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const xk_uint strips = xk_divide(xk_group_id(), p->tiles), tile = xk_group_id() - strips * p->tiles.size;
    const xk_uint block = xk_divide(strips, p->shares), share = strips - block * p->shares.size;
    const xk_uint apart = p->shares.size * XK_SIDE; /* from one of a work-item's rows to the next */
    const xk_uint first_row = block * XK_PASSES * apart + share * XK_SIDE;
    if (xk_local_id() == 0)
        at_ends = 0;
    xk_barrier();
    for (xk_uint e = xk_local_id(); e < XK_PASSES * XK_SIDE; e += XK_WG) {
        const xk_row row = xk_find_row(p, first_row + e / XK_SIDE * apart + e % XK_SIDE);
        if (row.is >= XK_AT_END)
            at_ends = 1;
        rows[e] = row;
    }
    xk_barrier();

    const xk_uint side = xk_divide(xk_local_id(), p->lanes);
    const xk_uint place = tile * p->lanes.size + (xk_local_id() - side * p->lanes.size);
    if (side >= XK_SIDE || place >= p->words || rows[side].is < 0)
        return;
    const xk_index begin = (xk_index)place * XK_PER_WORD - (XK_EVEN ? 0 : XK_SKEW(gout + rows[side].out));
    xk_pattern pattern[XK_NT];
    const xk_uint inside = xk_find_patterns(p, begin, pattern);
    const int near = 1 XK_EACH(XK_IS_NEAR);
    XK_EACH(XK_SKEW_OF)
    if (near) {
        XK_EACH(XK_WORDS)
        XK_UNROLL
        for (xk_uint a = 0; a < XK_PASSES; a++) {
            const xk_row row = rows[a * XK_SIDE + side];
            XK_EACH(XK_FETCH)
        }
        XK_UNROLL
        for (xk_uint a = 0; a < XK_PASSES; a++) {
            const xk_row row = rows[a * XK_SIDE + side];
            const xk_uint wanted = row.is & XK_THERE ? pattern[0].wanted : 0;
            union {
                xk_uint part;
                XK_S(XK_O) v[XK_PER_WORD];
            } result;
            result.part = XK_WORD(0) & wanted;
#if XK_NT > 1
            result.part |= XK_WORD(1) & ~wanted;
#endif
            XK_GLOBAL XK_S(XK_O) *to = gout + row.out + begin;
            if (row.is < 0 || row.is >= XK_AT_END)
                continue;
            if (XK_EVEN || inside == 0xffffffffu)
                *(XK_GLOBAL xk_uint *)to = result.part;
            else
                XK_UNROLL
                for (int k = 0; k < XK_PER_WORD; k++)
                    if (inside & XK_OF(k))
                        to[k] = result.v[k];
        }
    }
    for (xk_uint pass = 0; (!near || at_ends) && pass < XK_PASSES; pass++) {
        const xk_row row = rows[pass * XK_SIDE + side];
        if (row.is >= 0 && (!near || row.is >= XK_AT_END))
            xk_move_elements(XK_EACH(XK_GIVE) gout + row.out + begin, &row, pattern, inside);
    }
}
