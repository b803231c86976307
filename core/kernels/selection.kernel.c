/* Third template of selections. See scan_group.kernel.h. Tensors: the output, the mask, the elements, the source where XK_EXPAND is
 * 1, and the sums that scan.kernel.c wrote. */
#include "scan_group.kernel.h"

#if XK_EXPAND
#define XK_SOURCE XK_TENSOR(const XK_S(XK_O), x2),
#define XK_BEFORE x3
#else
#define XK_SOURCE
#define XK_BEFORE x2
#endif

typedef union xk_run {
    XK_CAT(xk_word, XK_WO) word;
    xk_uint part[4];
    XK_S(XK_O) v[XK_VEC];
} xk_run;

/* Bit k: whether the mask is true at element i + k. */
XK_FN xk_uint xk_flags(XK_GLOBAL const xk_uchar *mask, xk_ulong i, xk_ulong elements)
{
    xk_uint flags = 0;
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++)
        if (i + k < elements)
            flags |= (xk_uint)(mask[i + k] != 0) << k;
    return flags;
}

XK_FN xk_uint xk_count(xk_uint flags)
{
    flags -= flags >> 1 & 0x5555u;
    flags = (flags & 0x3333u) + (flags >> 2 & 0x3333u);
    flags = (flags + (flags >> 4)) & 0x0f0fu;
    return (flags + (flags >> 8)) & 0x1fu;
}

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_TENSOR(const xk_uchar, x0), XK_TENSOR(const XK_S(XK_O), x1),
                       XK_SOURCE XK_TENSOR(const xk_ulong, XK_BEFORE), const xk_params p)
{
    XK_LOCAL xk_ulong shared[2 * XK_WG];
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_GLOBAL const xk_uchar *mask = XK_POINTER(const xk_uchar, x0);
    XK_GLOBAL const XK_S(XK_O) *elements = XK_POINTER(const XK_S(XK_O), x1);
#if XK_EXPAND
    XK_GLOBAL const XK_S(XK_O) *source = XK_POINTER(const XK_S(XK_O), x2);
#endif
    XK_GLOBAL const xk_ulong *sums = XK_POINTER(const xk_ulong, XK_BEFORE);
    xk_ulong before = sums[xk_group_id()];
    for (int turn = 0; turn < XK_TURNS; turn++) {
        const xk_ulong first = ((xk_ulong)xk_group_id() * XK_TURNS + turn) * (4 * XK_ROUND) + xk_local_id() * XK_VEC;
        xk_uint flags[4];
        xk_ulong counts = 0, all; /* 16 bits for each round */
        XK_UNROLL
        for (int round = 0; round < 4; round++) {
            flags[round] = xk_flags(mask, first + round * XK_ROUND, p.elements);
            counts |= (xk_ulong)xk_count(flags[round]) << (16 * round);
        }
        const xk_ulong sum = xk_scan_group(counts, shared, &all);
        XK_UNROLL
        for (int round = 0; round < 4; round++) {
            const xk_ulong i = first + round * XK_ROUND;
            xk_ulong at = before + (sum >> (16 * round) & 0xffffu);
            before += all >> (16 * round) & 0xffffu;
            const int full = i + XK_VEC <= p.elements;
#if XK_EXPAND
            xk_run run;
            if (XK_WHOLE && full)
                run.word = *(XK_GLOBAL const XK_CAT(xk_word, XK_WO) *)(elements + i);
            XK_UNROLL
            for (int k = 0; k < XK_VEC; k++)
                if (i + k < p.elements) {
                    if (!(XK_WHOLE && full))
                        run.v[k] = elements[i + k];
                    if (flags[round] >> k & 1u) {
                        xk_run zero;
                        zero.part[0] = zero.part[1] = zero.part[2] = zero.part[3] = 0;
                        run.v[k] = at < p.room ? source[at] : zero.v[0];
                        at++;
                    }
                }
            if (XK_WHOLE && full)
                *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(gout + i) = run.word;
            else
                for (int k = 0; k < XK_VEC; k++)
                    if (i + k < p.elements)
                        gout[(xk_long)(i + k) * p.step] = run.v[k];
#else
            (void)full;
            XK_UNROLL
            for (int k = 0; k < XK_VEC; k++)
                if (flags[round] >> k & 1u) {
                    if (at < p.room)
                        gout[(xk_long)at * p.step] = elements[i + k];
                    at++;
                }
#endif
        }
    }
}
