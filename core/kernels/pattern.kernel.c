/* Window template for elements of one byte or two that are moved, where many rows of the output are made of their rows of the input
 * in the same way: a work-item finds out once where the elements of a word are, its pattern, and picks them out of two words of the
 * input for many rows. Defines, besides those of alike.kernel.h:
 *   XK_LEVEL         all rows of an input begin at the same place of memory's words
 *   XK_ENDS_MEET     XK_LEVEL, and a word may be made of both ends of a row: the two words need not be neighbours */
#define XK_BY_WORDS 1
#include "alike.kernel.h"

typedef XK_CAT(xk_word, XK_WO) xk_word;

/* Which element of two words, that of the least of them and another, each of a word's elements is, a digit of `selector`; `wanted` has a
 * mask of those that are there, for each 4 bytes. */
typedef struct xk_pattern {
    xk_index least; /* from the row's first */
    xk_uint wanted[XK_BYTES], selector, last;
    xk_uint level;  /* XK_LEVEL: of the least within its word */
    xk_uint second; /* words from the first to the other; 1 but where XK_ENDS_MEET */
    int near;       /* the two have them all, wherever the least is */
} xk_pattern;

#define XK_FAR ((xk_index)0x3fffffff << (8 * sizeof(xk_index) - 32)) /* from any row's first */

#if XK_WO == 4 /* one byte */
XK_FN void xk_pick(xk_word low, xk_word high, xk_uint selector, xk_uint *part)
{
    part[0] = xk_permute(low, high, selector);
}
#else
/* Each half out of four by the same selector twice, and then of one of the two words. */
XK_FN void xk_pick(xk_word low, xk_word high, xk_uint selector, xk_uint *part)
{
    XK_UNROLL
    for (int i = 0; i < 2; i++) {
        const xk_uint first = selector >> 8 * i & 15, second = selector >> (8 * i + 4) & 15;
        const xk_uint within = (first & 3) * 0x22 + (second & 3) * 0x2200 + 0x1010;
        const xk_uint which = (first & 4 ? 0x54 : 0x10) | (second & 4 ? 0x7600 : 0x3200);
        part[i] = xk_permute(xk_permute(low.x, low.y, within), xk_permute(high.x, high.y, within), which);
    }
}
#endif

/* `skew` is where the row's first element is within its word. */
XK_FN xk_pattern xk_find_pattern(const xk_index *from, xk_uint wanted, int skew)
{
    xk_pattern x = { 0 };
    xk_index least = XK_FAR, most = -XK_FAR;
    XK_UNROLL
    for (int i = 0; i < XK_BYTES; i++)
        x.wanted[i] = xk_mask_of(wanted >> i * (4 / XK_BYTES));
    XK_UNROLL
    for (int k = 0; k < XK_PER_WORD; k++) {
        const int is = wanted >> k & 1;
        least = is && from[k] < least ? from[k] : least;
        most = is && from[k] > most ? from[k] : most;
    }
    x.least = wanted ? least : 0;
    x.last = (xk_uint)(most - x.least);
    x.level = XK_LEVEL ? (xk_uint)(skew + x.least) % XK_PER_WORD : 0;
    x.second = XK_ENDS_MEET && wanted ? (x.level + x.last) / XK_PER_WORD : 1;
    x.near = XK_ENDS_MEET || most - x.least <= XK_PER_WORD;
    XK_UNROLL
    for (int k = 0; k < XK_PER_WORD; k++) {
        const xk_uint digit = wanted >> k & 1 ? (xk_uint)(from[k] - x.least) + x.level : 0;
        const xk_uint behind = XK_ENDS_MEET && digit >= XK_PER_WORD ? digit - (x.second - 1) * XK_PER_WORD : digit;
        x.near = x.near && (behind == digit || behind - XK_PER_WORD < XK_PER_WORD);
        x.selector |= behind << 4 * k;
    }
    return x;
}

/* The words of input i for a pass. */
#define XK_WORDS(i) \
    xk_word low##i[XK_PASSES], high##i[XK_PASSES]; \
    xk_uint selector##i[XK_PASSES];
#define XK_WITHIN(i, row) ((xk_uint)XK_SKEW(g##i + ((row).from[i] + pattern[i].least)))
#define XK_FETCH(i) \
    { \
        const xk_uint within = XK_LEVEL ? pattern[i].level : XK_WITHIN(i, row); \
        XK_GLOBAL const xk_word *words = \
            (XK_GLOBAL const xk_word *)(g##i + (row.from[i] + pattern[i].least - (xk_index)within)); \
        const int asked = !(row.is & XK_AT_END) && (XK_ASKED_##i); \
        selector##i[a] = pattern[i].selector + (XK_LEVEL ? 0 : within * 0x1111u); \
        if (asked) /* else nothing of them counts */ \
            low##i[a] = words[0]; \
        if (asked && (XK_NT == 1 || within + pattern[i].last >= XK_PER_WORD)) \
            high##i[a] = words[pattern[i].second]; \
    }
#define XK_ASKED_0 (row.is & XK_THERE)
#define XK_ASKED_1 (!row.is || places.there != places.inside)
#define XK_PICK(i, part) xk_pick(low##i[a], high##i[a], selector##i[a], part);

/* One by one what lies too far apart for two words, or where memory ends. */
#define XK_GIVEN(i) XK_GLOBAL const XK_S(XK_D##i) *g##i,
#define XK_GIVE(i) g##i,
XK_FN void xk_move_elements(XK_EACH(XK_GIVEN) XK_GLOBAL XK_S(XK_O) *to, const xk_row *row, const xk_places *places)
{
    XK_UNROLL
    for (int k = 0; k < XK_PER_WORD; k++) {
        XK_S(XK_O) element = 0;
        if (!(places->inside >> k & 1))
            continue;
        if (row->is & XK_THERE && places->there >> k & 1)
            element = g0[row->from[0] + places->from[0][k]];
#if XK_NT > 1
        else
            element = g1[row->from[1] + places->from[1][k]];
#endif
        to[k] = element;
    }
}

#define XK_PATTERN(i) \
    xk_find_pattern(places.from[i], i ? places.inside : places.there, XK_SKEW(g##i + XK_ROW(0).from[i])),
#define XK_IS_NEAR(i) && pattern[i].near

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params params)
{
    XK_LOCAL xk_row rows[XK_ALL_PASSES * XK_SIDE];
    const xk_params *p = &params;
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    const xk_share share = xk_find_share(p);
    xk_find_rows(p, &share, rows);
    xk_barrier();
    if (share.side >= XK_SIDE || share.place >= p->words || XK_ROW(0).is < 0)
        return;
    const xk_index begin = (xk_index)share.place * XK_PER_WORD - (XK_EVEN ? 0 : XK_SKEW(gout + XK_ROW(0).out));
    xk_places places;
    xk_find_places(p, &share, begin, &places);
    XK_PUT_ZEROS(xk_word)
    const xk_pattern pattern[XK_NT] = { XK_EACH(XK_PATTERN) };
    const int near = 1 XK_EACH(XK_IS_NEAR);
    int are = 0; /* the work-item's rows, their bits */
    for (xk_uint first = 0; near && first < XK_ALL_PASSES; first += XK_PASSES) {
        XK_EACH(XK_WORDS)
        XK_UNROLL
        for (xk_uint a = 0; a < XK_PASSES; a++) {
            const xk_row row = XK_ROW(first + a);
            XK_EACH(XK_FETCH)
        }
        XK_UNROLL
        for (xk_uint a = 0; a < XK_PASSES; a++) {
            const xk_row row = XK_ROW(first + a);
            union {
                xk_word word;
                xk_uint part[XK_BYTES];
                XK_S(XK_O) v[XK_PER_WORD];
            } result;
            XK_PICK(0, result.part)
#if XK_NT > 1
            xk_uint other[XK_BYTES];
            XK_PICK(1, other)
#endif
            XK_UNROLL
            for (int i = 0; i < XK_BYTES; i++) {
                const xk_uint wanted = pattern[0].wanted[i] & (0u - ((xk_uint)row.is & XK_THERE));
                result.part[i] &= wanted;
#if XK_NT > 1
                result.part[i] |= other[i] & ~wanted;
#endif
            }
            XK_GLOBAL XK_S(XK_O) *to = gout + (row.out + begin);
            are |= row.is;
            if (row.is & XK_AT_END)
                continue;
            XK_PUT_WORD(xk_word, result.word, result)
        }
    }
    const xk_uint rest = !near || are & XK_AT_END ? XK_ALL_PASSES : 0;
    for (xk_uint pass = 0; pass < rest; pass++) {
        const xk_row row = XK_ROW(pass);
        if (row.is >= 0 && (!near || row.is >= XK_AT_END))
            xk_move_elements(XK_EACH(XK_GIVE) gout + row.out + begin, &row, &places);
    }
}
