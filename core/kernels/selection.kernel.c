/* Selections, in three stages. The elements are cut in tiles of XK_TILE, one for each group: it counts where the mask is true in
 * its own, one group makes of the counts how many come before each tile, and each group writes what its tile selects. Defines,
 * besides those of the dialect:
 *   XK_STAGE         0, 1 or 2
 *   XK_VEC           neighbouring elements that a work-item takes at once; a round is one such vector for each
 *   XK_TURNS         times four rounds make a tile
 *   XK_O             type of the elements
 *   XK_EXPAND        selected elements are replaced where they are, by those of a source; 0: they are packed
 *   XK_WHOLE         all vectors of the elements, and of the output where it is XK_EXPAND, start at multiples of their size
 *   XK_MASK_WHOLE    the mask starts at a multiple of 16 bytes
 *   XK_ALONG         the output's elements lie side by side
 *   XK_INDEX64       indices need 64 bits */

#include "early.kernel.h"

#define XK_ROUND (XK_WG * XK_VEC)
#define XK_TILE (XK_TURNS * 4 * XK_ROUND)

typedef struct xk_params {
    xk_ulong elements, tiles;
    xk_ulong room; /* elements of the output or, where it is XK_EXPAND, of the source */
    xk_long step;  /* elements from one of the output to the next */
} xk_params;

/* Sum of `mine` over the work-items before this one; *all over the whole group. `shared` has room for two for each. */
XK_FN xk_ulong xk_scan_group(xk_ulong mine, XK_LOCAL_POINTER xk_ulong *shared, xk_ulong *all)
{
    const int id = (int)xk_local_id();
    int at = 0;
    xk_ulong sum = mine;
    shared[id] = sum;
    xk_barrier();
    for (int gap = 1; gap < XK_WG; gap *= 2) {
        if (id >= gap)
            sum += shared[at + id - gap];
        at = XK_WG - at;
        shared[at + id] = sum;
        xk_barrier();
    }
    *all = shared[at + XK_WG - 1];
    xk_barrier();
    return sum - mine;
}

/* Of the flags of 16 neighbouring elements. */
XK_FN xk_uint xk_count(xk_uint flags)
{
    flags -= flags >> 1 & 0x5555u;
    flags = (flags & 0x3333u) + (flags >> 2 & 0x3333u);
    flags = (flags + (flags >> 4)) & 0x0f0fu;
    return (flags + (flags >> 8)) & 0x1fu;
}

/* The first stage writes the tiles' counts and behind them, for the third, the mask with a bit for each element. */
#define XK_BITS_AT ((p.tiles + 3) / 4 * 4)

#if XK_STAGE == 0
typedef union xk_bytes {
    xk_word16 word;
    xk_uint part[4];
    xk_uchar byte[16];
} xk_bytes;

/* Bit k: whether the mask is true at element i + k; behind the last one it is not. */
XK_FN xk_uint xk_look(XK_GLOBAL const xk_uchar *mask, xk_ulong i, xk_ulong elements)
{
    xk_bytes seen;
    xk_uint flags = 0;
    if (XK_MASK_WHOLE && i + 16 <= elements) {
        seen.word = *(XK_GLOBAL const xk_word16 *)(mask + i);
    } else {
        XK_UNROLL
        for (int k = 0; k < 16; k++)
            seen.byte[k] = i + k < elements ? mask[i + k] : 0;
    }
    XK_UNROLL
    for (int n = 0; n < 4; n++) { /* 1 in each byte that is not 0; then the four side by side */
        const xk_uint ones = (((seen.part[n] & 0x7f7f7f7fu) + 0x7f7f7f7fu) | seen.part[n]) >> 7 & 0x01010101u;
        flags |= (ones * 0x01020408u >> 24 & 15u) << 4 * n;
    }
    return flags;
}

/* out[tile] = how often the mask is true in it. */
XK_KERNEL void xk_main(XK_TENSOR(xk_uint, out), XK_TENSOR(const xk_uchar, x0), const xk_params p)
{
    XK_LOCAL xk_ulong shared[2 * XK_WG];
    XK_GLOBAL xk_uint *gout = XK_POINTER(xk_uint, out);
    XK_GLOBAL const xk_uchar *mask = XK_POINTER(const xk_uchar, x0);
    XK_GLOBAL xk_ushort *bits = (XK_GLOBAL xk_ushort *)(gout + XK_BITS_AT);
    xk_ulong count = 0, all;
    XK_UNROLL
    for (int turn = 0; turn < XK_TILE / 16 / XK_WG; turn++) {
        const xk_ulong at = (xk_ulong)xk_group_id() * (XK_TILE / 16) + turn * XK_WG + xk_local_id();
        const xk_uint flags = xk_look(mask, at * 16, p.elements);
        bits[at] = (xk_ushort)flags;
        count += xk_count(flags);
    }
    xk_scan_group(count, shared, &all);
    if (xk_local_id() == 0)
        gout[xk_group_id()] = (xk_uint)all;
}
#elif XK_STAGE == 1
/* One group: out[tile] = the sum of the counts before it. Where what is selected is packed, how many there are is a result, too. */
#if XK_EXPAND
#define XK_ALL
#else
#define XK_ALL XK_TENSOR(xk_ulong, x1),
#endif
XK_KERNEL void xk_main(XK_TENSOR(xk_ulong, out), XK_TENSOR(const xk_uint, x0), XK_ALL const xk_params p)
{
    XK_LOCAL xk_ulong shared[2 * XK_WG];
    XK_GLOBAL xk_ulong *gout = XK_POINTER(xk_ulong, out);
    XK_GLOBAL const xk_uint *counts = XK_POINTER(const xk_uint, x0);
    xk_wait_previous();
    xk_ulong before = 0, all;
    for (xk_ulong first = 0; first < p.tiles; first += XK_WG) {
        const xk_ulong tile = first + xk_local_id();
        const xk_ulong here = xk_scan_group(tile < p.tiles ? counts[tile] : 0, shared, &all);
        if (tile < p.tiles)
            gout[tile] = before + here;
        before += all;
    }
#if !XK_EXPAND
    if (xk_local_id() == 0)
        *XK_POINTER(xk_ulong, x1) = before;
#endif
}
#else
/* Tensors: the output, what the first stage wrote, the elements, the source where XK_EXPAND is 1, and the sums before the tiles. */
#if XK_EXPAND
#define XK_SOURCE XK_TENSOR(const XK_S(XK_O), x2),
#define XK_BEFORE x3
#else
#define XK_SOURCE
#define XK_BEFORE x2
#endif

#if XK_VEC == 1 /* an element, which may start at half of its own size */
typedef XK_S(XK_O) xk_run_word;
#else
typedef XK_CAT(xk_word, XK_WO) xk_run_word;
#endif

typedef union xk_run {
    xk_run_word word;
    xk_uint part[4];
    XK_S(XK_O) v[XK_VEC];
} xk_run;

/* Bit k: whether the mask is true at element i + k. */
XK_FN xk_uint xk_flags(XK_GLOBAL const xk_ushort *bits, xk_ulong i)
{
    return (xk_uint)bits[i / 16] >> (i % 16) & ((1u << XK_VEC) - 1);
}

XK_FN xk_run xk_load_run(XK_GLOBAL const XK_S(XK_O) *elements, xk_ulong i, xk_ulong end)
{
    xk_run run;
    if (XK_WHOLE && i + XK_VEC <= end) {
        run.word = *(XK_GLOBAL const xk_run_word *)(elements + i);
    } else {
        XK_UNROLL
        for (int k = 0; k < XK_VEC; k++)
            if (i + k < end)
                run.v[k] = elements[i + k];
    }
    return run;
}

/* What is selected passes through local memory, where it lies in words as in the tensor that is packed: that has `lead` elements in
 * front of it in the first word. */
typedef union xk_word_of_elements {
    xk_run_word word;
    XK_S(XK_O) v[XK_VEC];
} xk_word_of_elements;
/* Its elements one after the other: by words and places in them, compilers would work out both for each. */
#define XK_PLACES ((XK_LOCAL_POINTER XK_S(XK_O) *)staged)

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_TENSOR(const xk_uint, x0), XK_TENSOR(const XK_S(XK_O), x1),
                       XK_SOURCE XK_TENSOR(const xk_ulong, XK_BEFORE), const xk_params p)
{
    XK_LOCAL xk_ulong shared[2 * XK_WG];
    XK_LOCAL xk_word_of_elements staged[4 * XK_WG + 1];
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_GLOBAL const xk_ushort *bits = (XK_GLOBAL const xk_ushort *)(XK_POINTER(const xk_uint, x0) + XK_BITS_AT);
    XK_GLOBAL const XK_S(XK_O) *elements = XK_POINTER(const XK_S(XK_O), x1);
#if XK_EXPAND
    XK_GLOBAL const XK_S(XK_O) *packed = XK_POINTER(const XK_S(XK_O), x2);
#else
    XK_GLOBAL XK_S(XK_O) *packed = gout;
#endif
    XK_GLOBAL const xk_ulong *sums = XK_POINTER(const xk_ulong, XK_BEFORE);
    xk_wait_previous();
    xk_ulong before = sums[xk_group_id()];
    for (int turn = 0; turn < XK_TURNS; turn++) {
        const xk_ulong first = ((xk_ulong)xk_group_id() * XK_TURNS + turn) * (4 * XK_ROUND) + xk_local_id() * XK_VEC;
        xk_uint flags[4], begin[4], found = 0;
        xk_ulong counts = 0, all; /* 16 bits for each round */
        XK_UNROLL
        for (int round = 0; round < 4; round++) {
            flags[round] = xk_flags(bits, first + round * XK_ROUND);
            counts |= (xk_ulong)xk_count(flags[round]) << (16 * round);
        }
        const xk_ulong sum = xk_scan_group(counts, shared, &all);
        XK_UNROLL
        for (int round = 0; round < 4; round++) {
            begin[round] = found + (xk_uint)(sum >> (16 * round) & 0xffffu);
            found += (xk_uint)(all >> (16 * round) & 0xffffu);
        }
        const xk_ulong left = before < p.room ? p.room - before : 0;
        const xk_uint fits = left < found ? (xk_uint)left : found;
        const xk_uint lead = (xk_uint)((xk_ulong)(packed + before) / sizeof(XK_S(XK_O)) % XK_VEC), end = lead + fits;
#if XK_EXPAND
        XK_GLOBAL const XK_S(XK_O) *words = packed + before - lead;
        for (xk_uint w = xk_local_id(); w * XK_VEC < end; w += XK_WG) {
            if (w * XK_VEC >= lead && (w + 1) * XK_VEC <= end) {
                staged[w].word = ((XK_GLOBAL const xk_run_word *)words)[w];
            } else {
                XK_UNROLL
                for (int k = 0; k < XK_VEC; k++)
                    if (w * XK_VEC + k >= lead && w * XK_VEC + k < end)
                        staged[w].v[k] = words[w * XK_VEC + k];
            }
        }
        xk_barrier();
        XK_UNROLL
        for (int round = 0; round < 4; round++) {
            const xk_ulong i = first + round * XK_ROUND;
            xk_run run = xk_load_run(elements, i, p.elements);
            xk_uint at = begin[round];
            XK_UNROLL
            for (int k = 0; k < XK_VEC; k++)
                if (flags[round] >> k & 1u) {
                    xk_run next; /* no choice between two places in memory, which would put one of them there */
                    next.part[0] = next.part[1] = next.part[2] = next.part[3] = 0;
                    if (at < fits)
                        next.v[0] = XK_PLACES[lead + at];
                    run.v[k] = next.v[0];
                    at++;
                }
            if (XK_WHOLE && i + XK_VEC <= p.elements) {
                *(XK_GLOBAL xk_run_word *)(gout + i) = run.word;
            } else {
                for (int k = 0; k < XK_VEC; k++)
                    if (i + k < p.elements)
                        gout[(xk_long)(i + k) * p.step] = run.v[k];
            }
        }
#else
        XK_GLOBAL XK_S(XK_O) *words = packed + before - lead;
        XK_UNROLL
        for (int round = 0; round < 4; round++) {
            XK_LOCAL_POINTER XK_S(XK_O) *to = XK_PLACES + lead + begin[round];
            xk_run run;
            if (flags[round])
                run = xk_load_run(elements, first + round * XK_ROUND, p.elements);
            XK_UNROLL
            for (int k = 0; k < XK_VEC; k++)
                if (flags[round] >> k & 1u) {
                    *to = run.v[k];
                    to++;
                }
        }
        xk_barrier();
        for (xk_uint w = xk_local_id(); w * XK_VEC < end; w += XK_WG) {
            if (XK_ALONG && w * XK_VEC >= lead && (w + 1) * XK_VEC <= end) {
                ((XK_GLOBAL xk_run_word *)words)[w] = staged[w].word;
            } else {
                for (xk_uint at = w * XK_VEC; at < (w + 1) * XK_VEC; at++)
                    if (at >= lead && at < end)
                        gout[(xk_long)(before + at - lead) * p.step] = XK_PLACES[at];
            }
        }
#endif
        before += found;
    }
}
#endif
