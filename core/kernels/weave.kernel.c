/* Copies tensors whose short rows lie side by side in the output and fill its rows. A group takes some whole rows: each tensor's part of
 * them is one run, which it copies into local memory as it comes, and there it picks what makes words of the output, of 16 bytes.
 * Defines, besides those of the dialect and XK_RUN_BYTES of run.kernel.h:
 *   XK_O XK_D0    the type that all elements are moved as
 *   XK_ITEMS      tensors at most
 *   XK_INPUTS(m)  m(0) m(1) ..., one for each
 *   XK_JOINED     elements are short, and each tensor's row has a word's bytes at least: words are joined of at most two of its parts
 *   XK_SINGLE     where rows are one element of each tensor, how many there are; else 0. Then besides
 *   XK_APART      elements in local memory from one tensor's part to the next
 *   XK_EVEN       words begin with the first tensor, or have none of another row
 *   XK_STAGED     4-byte parts of local memory
 *   XK_AHEAD      words that a work-item asks for before it uses the first */
#include "run.kernel.h"
#include "divide.kernel.h"

typedef struct xk_params {
    xk_long place;        /* element of the output that the first one goes to */
    xk_uint rows, step;   /* of all groups, of each */
    xk_uint items;        /* tensors */
    xk_uint all;          /* words of all parts, each taken to be as long as the longest */
    xk_divisor part, row; /* words of that; elements of the output's row */
    xk_uint length[XK_ITEMS]; /* elements of a tensor's row */
    xk_uint start[XK_ITEMS];  /* where it begins in the output's */
    xk_uint slot[XK_ITEMS];   /* where its part begins in local memory, in elements */
} xk_params;

#define XK_BYTES ((int)sizeof(XK_S(XK_O)))
#define XK_INPUT(i) XK_TENSOR(const XK_S(XK_D0), x##i),
#define XK_CHOOSE(i) \
    case i: \
        item->base = (xk_ulong)XK_POINTER(const XK_S(XK_D0), x##i); \
        item->length = params.length[i]; \
        item->start = params.start[i]; \
        item->slot = params.slot[i]; \
        break;

typedef struct xk_item {
    xk_ulong base;
    xk_uint length, start, slot;
} xk_item;

/* Of the row `row` of a group, the element `within` of a tensor's. */
typedef struct xk_spot {
    xk_uint item, row, within;
} xk_spot;

/* The n-th element of the group's part of the output. */
XK_FN xk_spot xk_find_spot(XK_LOCAL_POINTER const xk_item *items, xk_divisor length, xk_uint n)
{
    xk_spot spot;
    spot.item = 0;
    spot.row = xk_divide(n, length);
    n -= spot.row * length.size;
    XK_UNROLL
    for (xk_uint jump = XK_ITEMS / 2; jump > 0; jump /= 2)
        spot.item += items[spot.item + jump].start <= n ? jump : 0;
    spot.within = n - items[spot.item].start;
    return spot;
}

#define XK_SPOT(spot) (items[(spot).item].slot + (spot).row * items[(spot).item].length + (spot).within)

/* To the next tensor's row. */
#define XK_NEXT(spot) \
    spot.within = 0; \
    if (++spot.item == count) { \
        spot.item = 0; \
        spot.row++; \
    }

/* Small elements come to the word in parts: not every compiler sees through a whole one that was written by the element. */
enum { XK_FEW = sizeof(XK_S(XK_O)) < 4 ? 4 / sizeof(XK_S(XK_O)) : 1 };
typedef union xk_few {
    xk_uint part;
    XK_S(XK_O) v[XK_FEW];
} xk_few;
#define XK_PUT_ELEMENT(k, element) \
    if (XK_FEW == 1) \
        out_value->v[k] = element; \
    few.v[(k) % XK_FEW] = element; \
    if (XK_FEW > 1 && ((k) + 1) % XK_FEW == 0) \
        out_value->part[(k) / XK_FEW] = few.part;

#if XK_SINGLE
XK_FN void xk_pick_word(XK_LOCAL_POINTER const XK_S(XK_O) *v, xk_uint n, xk_run_value *out_value)
{
    const xk_uint row = n / XK_SINGLE, item = n - row * XK_SINGLE;
    xk_uint at = XK_RUN + item * XK_APART + row, ends = XK_SINGLE - (XK_EVEN ? 0 : item);
    xk_few few;
    XK_UNROLL
    for (int k = 0; k < XK_RUN; k++) {
        if (k == (int)ends) {
            at -= XK_SINGLE * XK_APART - 1;
            ends += XK_SINGLE;
        }
        XK_PUT_ELEMENT(k, v[at + (xk_uint)k * XK_APART])
    }
}
#elif XK_JOINED
/* Bytes of a tensor's row in local memory, from `from` on. */
XK_FN void xk_pick_bytes(XK_LOCAL_POINTER const xk_uint *parts, xk_uint from, xk_uint *part)
{
    xk_uint all[XK_RUN_PARTS + 1];
    XK_UNROLL
    for (int i = 0; i <= XK_RUN_PARTS; i++)
        all[i] = parts[from / 4 + i];
    XK_UNROLL
    for (int i = 0; i < XK_RUN_PARTS; i++)
        part[i] = xk_run_part(all[i], all[i + 1], (from & 3) * 8);
}

XK_FN void xk_pick_word(XK_LOCAL_POINTER const xk_uint *parts, XK_LOCAL_POINTER const xk_item *items, xk_uint count, xk_spot spot,
                        xk_run_value *out_value)
{
    const int filled = (int)(items[spot.item].length - spot.within) * XK_BYTES;
    xk_pick_bytes(parts, XK_SPOT(spot) * XK_BYTES, out_value->part);
    if (filled >= XK_RUN_BYTES)
        return;
    xk_uint more[XK_RUN_PARTS];
    XK_NEXT(spot)
    xk_pick_bytes(parts, XK_SPOT(spot) * XK_BYTES - (xk_uint)filled, more);
    XK_UNROLL
    for (int i = 0; i < XK_RUN_PARTS; i++) {
        const int kept = filled - 4 * i < 0 ? 0 : filled - 4 * i > 4 ? 4 : filled - 4 * i; /* bytes */
        const xk_uint mask = (xk_uint)(((xk_ulong)1 << 8 * kept) - 1);
        out_value->part[i] = (out_value->part[i] & mask) | (more[i] & ~mask);
    }
}
#else
XK_FN void xk_pick_word(XK_LOCAL_POINTER const XK_S(XK_O) *v, XK_LOCAL_POINTER const xk_item *items, xk_uint count, xk_spot spot,
                        xk_run_value *out_value)
{
    xk_uint at = XK_SPOT(spot), length = items[spot.item].length;
    xk_few few;
    XK_UNROLL
    for (int k = 0; k < XK_RUN; k++) {
        XK_PUT_ELEMENT(k, v[at])
        at++;
        if (++spot.within == length) {
            XK_NEXT(spot)
            length = items[spot.item].length;
            at = XK_SPOT(spot);
        }
    }
}
#endif

typedef struct xk_word_of_part {
    XK_GLOBAL const XK_S(XK_D0) *from;
    xk_uint slot;     /* of its first element in local memory */
    int count, whole; /* elements of the part; all 16 bytes are in memory */
} xk_word_of_part;

/* Word q of all parts. */
XK_FN xk_word_of_part xk_find_word(const xk_params *p, XK_LOCAL_POINTER const xk_item *items, xk_uint before, xk_uint rows, xk_uint q)
{
    xk_word_of_part found;
    const xk_uint n = q < p->all ? q : p->all - 1, i = xk_divide(n, p->part), first = (n - i * p->part.size) * XK_RUN;
    const xk_uint length = items[i].length;
    XK_GLOBAL const XK_S(XK_D0) *low = (XK_GLOBAL const XK_S(XK_D0) *)items[i].base;
    found.from = low + (xk_ulong)before * length + first;
    found.slot = items[i].slot + first;
    found.count = q < p->all ? (int)(rows * length) - (int)first : 0;
    found.count = found.count < XK_RUN ? found.count : XK_RUN;
    found.whole = found.count > 0 && xk_run_inside(found.from, low, low + (xk_ulong)p->rows * length);
    return found;
}

XK_FN void xk_read_parts(const xk_params *p, XK_LOCAL_POINTER const xk_item *items, xk_uint before, xk_uint rows,
                         XK_LOCAL_POINTER xk_uint *parts, XK_LOCAL_POINTER XK_S(XK_O) *v)
{
    for (xk_uint q = xk_local_id(); q < p->all; q += XK_AHEAD * XK_WG) {
        xk_run_words words[XK_AHEAD];
        xk_uint slot[XK_AHEAD];
        int whole[XK_AHEAD], missed = 0;
        XK_UNROLL
        for (int a = 0; a < XK_AHEAD; a++) {
            const xk_word_of_part found = xk_find_word(p, items, before, rows, q + a * XK_WG);
            slot[a] = found.slot;
            whole[a] = found.whole;
            missed |= (found.count > 0 && !found.whole) << a;
            xk_run_fetch(found.from, found.whole, words + a);
        }
        XK_UNROLL
        for (int a = 0; a < XK_AHEAD; a++) {
            xk_run_value value;
            xk_run_take(words + a, &value);
            XK_UNROLL
            for (int i = 0; i < XK_RUN_PARTS; i++)
                if (whole[a])
                    parts[slot[a] * XK_BYTES / 4 + i] = value.part[i];
        }
        for (int a = 0; missed >> a; a++) /* at the ends of the tensors' memory */
            if (missed >> a & 1) {
                const xk_word_of_part found = xk_find_word(p, items, before, rows, q + a * XK_WG);
                for (int k = 0; k < found.count; k++)
                    v[found.slot + k] = found.from[k];
            }
    }
}

#if XK_SINGLE
#define XK_PICK(n, value) xk_pick_word(staged.v, n, value)
#elif XK_JOINED
#define XK_PICK(n, value) xk_pick_word(staged.part, items, p->items, xk_find_spot(items, p->row, n), value)
#else
#define XK_PICK(n, value) xk_pick_word(staged.v, items, p->items, xk_find_spot(items, p->row, n), value)
#endif

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_INPUTS(XK_INPUT) const xk_params params)
{
    XK_LOCAL union {
        xk_uint part[XK_STAGED];
        XK_S(XK_O) v[XK_STAGED * 4 / sizeof(XK_S(XK_O))];
    } staged;
    XK_LOCAL xk_item items[XK_ITEMS];
    const xk_params *p = &params;
    const xk_uint apart = XK_WG / XK_ITEMS; /* so that the choices of work-items that go together are few */
    if (xk_local_id() % apart == 0) {
        const xk_uint i = xk_local_id() / apart;
        XK_LOCAL_POINTER xk_item *item = items + i;
        switch (i) {
            XK_INPUTS(XK_CHOOSE)
        }
    }
    const xk_uint before = xk_group_id() * p->step;
    const xk_uint rows = p->rows - before < p->step ? p->rows - before : p->step;
    xk_barrier();
    xk_read_parts(p, items, before, rows, staged.part, staged.v);
    xk_barrier();

    XK_GLOBAL XK_S(XK_O) *to = XK_POINTER(XK_S(XK_O), out) + p->place + (xk_long)before * p->row.size;
    const xk_uint all = rows * p->row.size, skew = (XK_RUN - (xk_uint)((xk_ulong)to % 16 / XK_BYTES)) % XK_RUN;
    const xk_uint head = XK_EVEN ? 0 : skew < all ? skew : all, whole = (all - head) / XK_RUN;
    for (xk_uint w = xk_local_id(); w < whole; w += XK_WG) {
        xk_run_value value;
        XK_PICK(head + w * XK_RUN, &value);
        *(XK_GLOBAL xk_word16 *)(to + (head + w * XK_RUN)) = value.word;
    }
    if (xk_local_id() < all - whole * XK_RUN) { /* what is no whole word in front of them and behind */
        const xk_uint n = xk_local_id() < head ? xk_local_id() : xk_local_id() + whole * XK_RUN;
        const xk_spot spot = xk_find_spot(items, p->row, n);
        to[n] = staged.v[XK_SPOT(spot)];
    }
}
