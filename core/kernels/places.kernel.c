/* Window template for elements that are moved, where many rows of the output are made of their rows of the
 * input in the same way: a work-item finds out once where the elements of a word are, and reads those of many rows. */
#define XK_BY_WORDS 0
#include "alike.kernel.h"

typedef union xk_word_of {
    XK_CAT(xk_word, XK_WO) word;
    xk_uint part[XK_WO / 4];
    XK_ARRAY(XK_S(XK_O), v);
} xk_word_of;

#if XK_NT > 1
/* The word of a row: of two inputs the elements that are wanted. */
XK_FN void xk_load_word(xk_word_of *result, const xk_row *row, const xk_places *places,
                        XK_GLOBAL const XK_S(XK_D0) *g0, XK_GLOBAL const XK_S(XK_D1) *g1)
{
    const xk_uint there = row->is == XK_THERE ? places->there : 0;
    XK_UNROLL
    for (int k = 0; k < XK_PER_WORD; k++) {
        result->v[k] = 0;
        if (there >> k & 1)
            result->v[k] = g0[row->from[0] + places->from[0][k]];
        else if (row->is >= 0 && places->inside >> k & 1)
            result->v[k] = g1[row->from[1] + places->from[1][k]];
    }
}
#define XK_LOAD_WORD(result, row) xk_load_word(result, row, &places, g0, g1);
#else
/* Of one input all are loaded, of a row that is not there the tensor's first ones, and what is not there becomes 0 afterwards: a
 * condition for each would be as much work again. */
XK_FN void xk_load_word(xk_word_of *result, const xk_row *row, const xk_places *places,
                        XK_GLOBAL const XK_S(XK_D0) *g0)
{
    const int is = row->from[0] != XK_NOWHERE;
    const xk_index from = is ? row->from[0] : 0;
    XK_UNROLL
    for (int k = 0; k < XK_PER_WORD; k++)
        result->v[k] = g0[from + places->from[0][k]];
    XK_UNROLL
    for (int i = 0; i < XK_WO / 4; i++) {
        result->part[i] &= is ? xk_mask_of(places->there >> i * (4 / XK_BYTES)) : 0;
    }
}
#define XK_LOAD_WORD(result, row) xk_load_word(result, row, &places, g0);
#endif

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
    XK_PUT_ZEROS(XK_CAT(xk_word, XK_WO))
    for (xk_uint first = 0; first < XK_ALL_PASSES; first += XK_PASSES) {
        xk_word_of result[XK_PASSES];
        XK_UNROLL
        for (xk_uint a = 0; a < XK_PASSES; a++) {
            const xk_row row = XK_ROW(first + a);
            XK_LOAD_WORD(result + a, &row)
        }
        XK_UNROLL
        for (xk_uint a = 0; a < XK_PASSES; a++) {
            const xk_row row = XK_ROW(first + a);
            XK_GLOBAL XK_S(XK_O) *to = gout + (row.out + begin);
            if (row.out == XK_NOWHERE)
                continue;
            XK_PUT_WORD(XK_CAT(xk_word, XK_WO), result[a].word, result[a])
        }
    }
}
