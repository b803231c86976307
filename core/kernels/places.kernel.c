/* Window template for elements of two bytes and more that are moved, where many rows of the output are made of their rows of the
 * input in the same way: a work-item finds out once where the elements of a word are, and reads those of many rows. */
#define XK_BY_WORDS 0
#include "alike.kernel.h"

#define XK_FROM(i) XK_GLOBAL const XK_S(XK_D##i) *from##i = g##i + row.from[i];

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
    for (xk_uint first = 0; first < XK_ALL_PASSES; first += XK_PASSES) {
        union {
            XK_CAT(xk_word, XK_WO) word;
            XK_ARRAY(XK_S(XK_O), v);
        } result[XK_PASSES];
        XK_UNROLL
        for (xk_uint a = 0; a < XK_PASSES; a++) {
            const xk_row row = XK_ROW(first + a);
            const xk_uint there = row.is == XK_THERE ? places.there : 0;
            XK_EACH(XK_FROM)
            XK_UNROLL
            for (int k = 0; k < XK_PER_WORD; k++) {
                result[a].v[k] = 0;
                if (there >> k & 1)
                    result[a].v[k] = from0[places.from[0][k]];
#if XK_NT > 1
                else if (row.is >= 0 && places.inside >> k & 1)
                    result[a].v[k] = from1[places.from[1][k]];
#endif
            }
        }
        XK_UNROLL
        for (xk_uint a = 0; a < XK_PASSES; a++) {
            const xk_row row = XK_ROW(first + a);
            XK_GLOBAL XK_S(XK_O) *to = gout + row.out + begin;
            if (row.is < 0)
                continue;
            XK_PUT_WORD(XK_CAT(xk_word, XK_WO), result[a].word, result[a])
        }
    }
}
