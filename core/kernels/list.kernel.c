/* Copies tensors, each to a place of its own in the output. A tensor is rows of elements that lie side by side in it and in the
 * output. A group copies words of one tensor: a word is what a row has between two multiples of 16 bytes of the output's
 * memory, at its ends a part of that. Defines, besides those of the dialect and XK_RUN_BYTES of run.kernel.h, which is 0 where
 * elements have 16 bytes:
 *   XK_O XK_D0     the type that all elements are moved as
 *   XK_ITEMS       tensors at most, a power of 2
 *   XK_INPUTS(m)   m(0) m(1) ..., one for each
 *   XK_ALIKE       all have one shape, one layout, and places that are equally far from each other
 *   XK_RANK        dimensions of which rows are made, outermost first
 *   XK_TURNS       words for each work-item */
#include "run.kernel.h"

typedef struct xk_item {
    xk_long place; /* element of the output that its first goes to */
    xk_uint words; /* of all rows */
    int length;    /* elements of a row */
    int low, high; /* elements of its memory, from its first */
    xk_uint size[XK_RANK], magic[XK_RANK], shift[XK_RANK]; /* words of a row; rows of all dimensions but the outermost */
    int in[XK_RANK], out[XK_RANK];                         /* elements from a row to the next */
} xk_item;

typedef struct xk_params {
    xk_uint even, magic, shift; /* the groups of each, or how many tensors there are; 0 where one has more groups than another */
    xk_uint in_turn;            /* their groups take turns: it is the tensors */
#if XK_ALIKE
    xk_long apart; /* elements of the output from one's place to the next's */
    xk_item item[1];
#else
    xk_uint first[XK_ITEMS]; /* the first group of each; of what is not there, more than all */
    xk_item item[XK_ITEMS];
#endif
} xk_params;

#if !XK_RUN_BYTES
#define XK_RUN 1
#endif
#define XK_INPUT(i) XK_TENSOR(const XK_S(XK_D0), x##i),
#define XK_CHOOSE(i) \
    case i: \
        base = XK_POINTER(const XK_S(XK_D0), x##i); \
        break;
#define XK_DIVIDE(n, d) ((xk_mulhi(n, item.magic[d]) + (n)) >> item.shift[d])

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_INPUTS(XK_INPUT) const xk_params p)
{
    xk_uint group = xk_group_id(), i = 0;
    if (XK_ALIKE || p.even) {
        const xk_uint whole = (xk_mulhi(group, p.magic) + group) >> p.shift, rest = group - whole * p.even;
        i = p.in_turn ? rest : whole;
        group = p.in_turn ? whole : rest;
    }
#if !XK_ALIKE
    else {
        for (xk_uint more = XK_ITEMS / 2; more; more /= 2)
            i += p.first[i + more] <= group ? more : 0;
        group -= p.first[i];
    }
    const xk_item item = p.item[i];
    XK_GLOBAL XK_S(XK_O) *place = XK_POINTER(XK_S(XK_O), out) + item.place;
#else
    const xk_item item = p.item[0];
    XK_GLOBAL XK_S(XK_O) *place = XK_POINTER(XK_S(XK_O), out) + item.place + (xk_long)i * p.apart;
#endif
    XK_GLOBAL XK_S(XK_O) *to[XK_TURNS];
    int in[XK_TURNS], there[XK_TURNS];
#if XK_RUN_BYTES
    int first[XK_TURNS], last[XK_TURNS]; /* elements of the word that are the row's */
    xk_run_words words[XK_TURNS];
#else
    XK_S(XK_O) words[XK_TURNS];
#endif
    XK_UNROLL
    for (int t = 0; t < XK_TURNS; t++) {
        const xk_uint n = (group * XK_TURNS + t) * XK_WG + xk_local_id();
        xk_uint rest = XK_DIVIDE(n, 0);
        int begin = (int)(n - rest * item.size[0]) * XK_RUN, at = 0;
        in[t] = 0;
        XK_UNROLL
        for (int d = XK_RANK - 1; d >= 0; d--) {
            xk_uint c = rest;
            if (d > 0) {
                rest = XK_DIVIDE(c, d);
                c -= rest * item.size[d];
            }
            in[t] += (int)c * item.in[d];
            at += (int)c * item.out[d];
        }
        there[t] = n < item.words;
#if XK_RUN_BYTES
        begin -= (int)((xk_ulong)(place + at) % 16 / sizeof(XK_S(XK_O)));
        first[t] = begin < 0 ? -begin : 0;
        last[t] = !there[t] ? 0 : begin + XK_RUN < item.length ? XK_RUN : item.length - begin;
#endif
        in[t] += begin;
        to[t] = place + at + begin;
    }
    /* Where the tensor is comes last: it takes a while, in which what is above arrives. */
    XK_GLOBAL const XK_S(XK_D0) *base = XK_POINTER(const XK_S(XK_D0), x0);
    switch (i) {
        XK_INPUTS(XK_CHOOSE)
    }
    XK_UNROLL
    for (int t = 0; t < XK_TURNS; t++) {
#if XK_RUN_BYTES
        there[t] = first[t] < last[t] && xk_run_inside(base + in[t], base + item.low, base + item.high);
        xk_run_fetch(base + in[t], there[t], words + t);
#else
        if (there[t])
            words[t] = base[in[t]];
#endif
    }
    XK_UNROLL
    for (int t = 0; t < XK_TURNS; t++) {
#if XK_RUN_BYTES
        xk_run_value result;
        xk_run_take(words + t, &result);
        if (there[t] && last[t] - first[t] == XK_RUN) {
            *(XK_GLOBAL xk_word16 *)to[t] = result.word;
        } else if (there[t]) {
            XK_UNROLL
            for (int k = 0; k < XK_RUN; k++)
                if (k >= first[t] && k < last[t])
                    to[t][k] = result.v[k];
        } else { /* at the ends of the tensor's memory */
            for (int k = first[t]; k < last[t]; k++)
                to[t][k] = base[in[t] + k];
        }
#else
        if (there[t])
            *to[t] = words[t];
#endif
    }
}
