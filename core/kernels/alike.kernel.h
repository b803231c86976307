/* Rows of the output that are made of their rows of the input in the same way, for pattern.kernel.c and places.kernel.c: what a
 * group and a work-item of it take, and where rows begin, which is worked out once for all of a row's words, in local memory. A
 * word is four elements side by side. Defines, besides those of the dialect, of operands.kernel.h and of box.kernel.c (XK_WALKED,
 * XK_INDICES, XK_VALUES, XK_AT):
 *   XK_ALONG         a bit for each walked dimension whose place depends on the place in the row
 *   XK_FIXED         so many dimensions, the first ones, that place depends on as well: a group has one index of each
 *   XK_PASSES        rows whose words a work-item asks for before it uses the first
 *   XK_TURNS         how often it does that
 *   XK_SIDE          rows that a group makes at once
 *   XK_EVEN          rows begin and end where words do
 *   XK_BY_WORDS      inputs are read by whole words, and what lies in memory counts */
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

#define XK_PER_WORD 4 /* elements */
#define XK_BYTES ((int)sizeof(XK_S(XK_O)))
#define XK_SKEW(pointer) ((int)((xk_ulong)(pointer) / XK_BYTES % XK_PER_WORD))

/* A mask of those elements of 4 bytes whose bits are set. */
XK_FN xk_uint xk_mask_of(xk_uint bits)
{
    return XK_BYTES == 1   ? (bits * 0x00204081u & 0x01010101u) * 0xffu
           : XK_BYTES == 2 ? (bits & 1) * 0xffffu | (bits >> 1 & 1) * 0xffff0000u
                           : 0u - (bits & 1);
}

/* Where a row begins, and what it is: XK_NO_ROW, or bits. */
typedef struct xk_row {
    xk_index out, from[XK_NT];
    int is;
} xk_row;
#define XK_NO_ROW -1
#define XK_NOWHERE (-0x7fffffff - 1) /* in the output, of no row; in the first input, of one that is not there; but not XK_BY_WORDS */
#define XK_ROW(pass) rows[(pass) * XK_SIDE + share.side]
#define XK_ALL_PASSES (XK_TURNS * XK_PASSES)
#define XK_THERE 1 /* in XK_NO_ROW, too */
#define XK_AT_END 2 /* memory may end inside of its words, or of the next; in XK_NO_ROW, too */

typedef struct xk_share {
    xk_uint first, apart; /* row of the group; from one of a work-item's rows to the next */
    xk_uint side, place;  /* which of the rows made at once; the word in it */
    xk_index at[XK_RANK]; /* of the first XK_FIXED dimensions */
} xk_share;

XK_FN xk_share xk_find_share(const xk_params *p)
{
    xk_share share;
    xk_uint rest = xk_divide(xk_group_id(), p->tiles);
    const xk_uint tile = xk_group_id() - rest * p->tiles.size;
    XK_UNROLL
    for (int d = XK_RANK - 1; d >= 0; d--) {
        const xk_uint next = d < XK_FIXED ? xk_divide(rest, p->size[d]) : rest;
        share.at[d] = d < XK_FIXED ? (xk_index)(rest - next * p->size[d].size) : 0;
        rest = next;
    }
    const xk_uint block = xk_divide(rest, p->shares);
    share.apart = p->shares.size * XK_SIDE;
    share.first = block * XK_ALL_PASSES * share.apart + (rest - block * p->shares.size) * XK_SIDE;
    share.side = xk_divide(xk_local_id(), p->lanes);
    share.place = tile * p->lanes.size + (xk_local_id() - share.side * p->lanes.size);
    return share;
}

/* Whether the words that a row of input i may be made of are in memory; `first` is its first element. */
XK_FN int xk_row_inside(const xk_params *p, const int i, xk_index first)
{
    xk_index low = first - XK_PER_WORD, high = first + 2 * XK_PER_WORD;
    XK_UNROLL
    for (int w = -1; w < (i == 0 ? XK_WALKED : 0); w++) {
        const xk_index count = w < 0 ? p->length : p->in[w < 0 ? 0 : w];
        const xk_index step = w < 0 ? p->stride[i + 1][XK_RANK - 1] : p->walk[w < 0 ? 0 : w];
        const xk_index reach = w < 0 || XK_ALONG >> w & 1 ? (count - 1) * step : 0;
        low += reach < 0 ? reach : 0;
        high += reach > 0 ? reach : 0;
    }
    return low >= (xk_index)p->memory[i][0] && high < (xk_index)p->memory[i][1];
}

#define XK_BEGIN_ROW(i) \
    row.from[i] = o##i; \
    if (XK_BY_WORDS && !xk_row_inside(p, i, o##i)) \
        row.is |= XK_AT_END;
#define XK_ADVANCE_TO(i) o##i += c[d] * p->stride[i + 1][d];

/* Row `rest` of those that the group has the first indices of. */
XK_FN xk_row xk_find_row(const xk_params *p, const xk_share *share, xk_uint rest)
{
    xk_row row = { 0 };
    xk_index at_out = 0, c[XK_RANK];
    XK_EACH(XK_OFFSET)
    c[XK_RANK - 1] = 0;
    row.is = XK_NO_ROW;
    row.out = row.from[0] = XK_NOWHERE;
    if (rest >= p->rows)
        return row;
    XK_UNROLL
    for (int d = XK_RANK - 2; d >= 0; d--) {
        const xk_uint next = d > XK_FIXED ? xk_divide(rest, p->size[d]) : 0;
        c[d] = d < XK_FIXED ? share->at[d] : (xk_index)(rest - next * p->size[d].size);
        rest = d < XK_FIXED ? rest : next;
        at_out += c[d] * p->stride[0][d];
        XK_EACH(XK_ADVANCE_TO)
    }
    const xk_index at[XK_INDICES] = { XK_AT };
    row.is = XK_THERE;
    XK_UNROLL
    for (int w = 0; w < XK_WALKED; w++)
        if (!(XK_ALONG >> w & 1)) {
            const xk_run run = xk_window(w, at, p->in, p->around, p->value);
            row.is &= run.count > 0;
            o0 += run.first * p->walk[w];
        }
    if (!XK_BY_WORDS && !row.is)
        o0 = XK_NOWHERE;
    row.out = at_out;
    XK_EACH(XK_BEGIN_ROW)
    return row;
}

/* The rows of a group: those of each pass side by side. */
XK_FN void xk_find_rows(const xk_params *p, const xk_share *share, XK_LOCAL_POINTER xk_row *rows)
{
    for (xk_uint e = xk_local_id(); e < XK_ALL_PASSES * XK_SIDE; e += XK_WG)
        rows[e] = xk_find_row(p, share, share->first + e / XK_SIDE * share->apart + e % XK_SIDE);
}

/* Of the word whose first element is the row's element `begin`; bits of its elements. */
typedef struct xk_places {
    xk_index from[XK_NT][XK_PER_WORD]; /* where they are in each input, from the row's first */
    xk_uint inside, there;             /* of the row; in the first input, where the row is */
} xk_places;

XK_FN void xk_find_places(const xk_params *p, const xk_share *share, xk_index begin, xk_places *places)
{
    xk_index c[XK_RANK];
    places->inside = places->there = 0;
    XK_UNROLL
    for (int d = 0; d < XK_RANK; d++)
        c[d] = share->at[d]; /* places do not depend on the dimensions of rows */
    XK_UNROLL
    for (int k = 0; k < XK_PER_WORD; k++) {
        const int in = XK_EVEN || (begin + k >= 0 && begin + k < p->length);
        int there = in;
        c[XK_RANK - 1] = in ? begin + k : 0;
        XK_UNROLL
        for (int i = 0; i < XK_NT; i++)
            places->from[i][k] = c[XK_RANK - 1] * p->stride[i + 1][XK_RANK - 1];
        const xk_index at[XK_INDICES] = { XK_AT };
        XK_UNROLL
        for (int w = 0; w < XK_WALKED; w++)
            if (XK_ALONG >> w & 1) {
                const xk_run run = xk_window(w, at, p->in, p->around, p->value);
                there &= run.count > 0;
                places->from[0][k] += run.first * p->walk[w];
            }
        places->inside |= (xk_uint)in << k;
        places->there |= (xk_uint)there << k;
    }
}

/* Writes to `to` a word of a row, `word`, which has the elements result.v, or what of it is inside of the row. */
#define XK_PUT_WORD(T, word, result) \
    if (XK_EVEN || places.inside == (1u << XK_PER_WORD) - 1) \
        *(XK_GLOBAL T *)to = word; \
    else \
        XK_UNROLL \
        for (int k = 0; k < XK_PER_WORD; k++) \
            if (places.inside >> k & 1) \
                to[k] = result.v[k];

/* All that a work-item does whose word has nothing in it, in any row. */
#if XK_NT == 1
#define XK_PUT_ZEROS(T) \
    if (!places.there) { \
        const union { \
            xk_uint part[XK_BYTES]; \
            XK_S(XK_O) v[XK_PER_WORD]; \
            T word; \
        } nothing = { { 0 } }; \
        for (xk_uint pass = 0; pass < XK_ALL_PASSES; pass++) { \
            XK_GLOBAL XK_S(XK_O) *to = gout + (XK_ROW(pass).out + begin); \
            if (XK_ROW(pass).is < 0) \
                continue; \
            XK_PUT_WORD(T, nothing.word, nothing) \
        } \
        return; \
    }
#else
#define XK_PUT_ZEROS(T)
#endif
