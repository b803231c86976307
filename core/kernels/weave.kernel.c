/* Copies tensors whose short rows lie side by side in the output and fill its rows. A group takes some whole rows: it reads each
 * tensor's part of them, which is one run, by words of 16 bytes, puts the elements where they belong in local memory, and writes
 * that as it lies there. Defines, besides those of the dialect and XK_RUN_BYTES of run.kernel.h:
 *   XK_O XK_D0    the type that all elements are moved as
 *   XK_ITEMS      tensors at most
 *   XK_INPUTS(m)  m(0) m(1) ..., one for each
 *   XK_ALONG      neighbouring work-items take one tensor's words; else a word of each tensor
 *   XK_STAGED     words of local memory
 *   XK_AHEAD      words that a work-item asks for before it uses the first */
#include "run.kernel.h"

typedef struct xk_params {
    xk_long place;              /* element of the output that the first one goes to */
    xk_uint rows, step;         /* of all groups, of each */
    xk_uint row;                /* elements of the output's */
    xk_uint all;                /* words of all parts, each taken to be as long as the longest */
    xk_uint near, magic, shift; /* so many of them are taken by neighbouring work-items; division by that as a multiplication */
    xk_uint length[XK_ITEMS], magics[XK_ITEMS], shifts[XK_ITEMS]; /* elements of a tensor's row; division by that */
    xk_uint start[XK_ITEMS];                                      /* where it begins in the output's */
} xk_params;

#define XK_INPUT(i) XK_TENSOR(const XK_S(XK_D0), x##i),
#define XK_CHOOSE(i) \
    case i: \
        base[i] = (xk_ulong)XK_POINTER(const XK_S(XK_D0), x##i); \
        length[i] = p.length[i]; \
        magics[i] = p.magics[i]; \
        shifts[i] = p.shifts[i]; \
        start[i] = p.start[i]; \
        break;

/* Of the n-th element of a tensor's part: its row, and where it belongs. */
#define XK_ROW(i, n) ((xk_mulhi(n, magics[i]) + (n)) >> shifts[i])
#define XK_PLACE(i, n) (XK_ROW(i, n) * (p.row - length[i]) + start[i] + (n))

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_INPUTS(XK_INPUT) const xk_params p)
{
    XK_LOCAL union {
        xk_word16 word[XK_STAGED];
        XK_S(XK_O) v[XK_STAGED * XK_RUN];
    } staged;
    XK_LOCAL xk_ulong base[XK_ITEMS];
    XK_LOCAL xk_uint length[XK_ITEMS], magics[XK_ITEMS], shifts[XK_ITEMS], start[XK_ITEMS];
    const xk_uint apart = XK_WG / XK_ITEMS; /* so that the choices of work-items that go together are few */
    if (xk_local_id() % apart == 0) {
        const xk_uint i = xk_local_id() / apart;
        switch (i) {
            XK_INPUTS(XK_CHOOSE)
        }
    }
    const xk_uint before = xk_group_id() * p.step;
    const xk_uint rows = p.rows - before < p.step ? p.rows - before : p.step;
    XK_GLOBAL XK_S(XK_O) *to = XK_POINTER(XK_S(XK_O), out) + p.place + (xk_long)before * p.row;
    const xk_uint skew = (xk_uint)((xk_ulong)to % 16 / sizeof(XK_S(XK_O)));
    xk_barrier();

    for (xk_uint q = xk_local_id(); q < p.all; q += XK_AHEAD * XK_WG) {
        xk_run_words words[XK_AHEAD];
        XK_GLOBAL const XK_S(XK_D0) *from[XK_AHEAD];
        xk_uint item[XK_AHEAD], first[XK_AHEAD];
        int count[XK_AHEAD], whole[XK_AHEAD]; /* elements of the word */
        XK_UNROLL
        for (int a = 0; a < XK_AHEAD; a++) {
            const xk_uint n = q + a * XK_WG < p.all ? q + a * XK_WG : p.all - 1;
            const xk_uint far = (xk_mulhi(n, p.magic) + n) >> p.shift, near = n - far * p.near;
            const xk_uint i = XK_ALONG ? far : near, word = XK_ALONG ? near : far;
            XK_GLOBAL const XK_S(XK_D0) *low = (XK_GLOBAL const XK_S(XK_D0) *)base[i];
            item[a] = i;
            first[a] = word * XK_RUN;
            count[a] = q + a * XK_WG < p.all ? (int)(rows * length[i]) - (int)first[a] : 0;
            count[a] = count[a] < XK_RUN ? count[a] : XK_RUN;
            from[a] = low + (xk_ulong)before * length[i] + first[a];
            whole[a] = count[a] > 0 && xk_run_inside(from[a], low, low + (xk_ulong)p.rows * length[i]);
            xk_run_fetch(from[a], whole[a], words + a);
        }
        XK_UNROLL
        for (int a = 0; a < XK_AHEAD; a++) {
            const xk_uint own = length[item[a]], row = XK_ROW(item[a], first[a]);
            xk_uint left = own - (first[a] - row * own); /* elements to the end of the row */
            xk_uint at = skew + XK_PLACE(item[a], first[a]);
            xk_run_value result;
            xk_run_take(words + a, &result);
            XK_UNROLL
            for (int k = 0; k < XK_RUN; k++) {
                if (whole[a] && k < count[a])
                    staged.v[at] = result.v[k];
                const int ends = --left == 0;
                at += ends ? 1 + p.row - own : 1;
                left = ends ? own : left;
            }
            for (int k = whole[a] ? XK_RUN : 0; k < count[a]; k++) { /* at the ends of the tensor's memory */
                at = skew + XK_PLACE(item[a], first[a] + k);
                staged.v[at] = from[a][k];
            }
        }
    }
    xk_barrier();

    const xk_uint end = skew + rows * p.row;
    for (xk_uint w = xk_local_id(); w * XK_RUN < end; w += XK_WG) {
        XK_GLOBAL XK_S(XK_O) *there = to - skew + w * XK_RUN;
        if (w * XK_RUN >= skew && (w + 1) * XK_RUN <= end)
            *(XK_GLOBAL xk_word16 *)there = staged.word[w];
        else
            for (xk_uint k = 0; k < XK_RUN; k++)
                if (w * XK_RUN + k >= skew && w * XK_RUN + k < end)
                    there[k] = staged.v[w * XK_RUN + k];
    }
}
