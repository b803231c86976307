/* What product.kernel.c and weighted.kernel.c are made of: their parameters, and how slices of the inputs come to local memory.
 * Defines, besides those of operands.kernel.h:
 *   XK_RANK          dimensions
 *   XK_OWN0, XK_WALK0...  that of an input which a slice has all of a tile of, and the one in which slices follow each other
 *   XK_ROWS, XK_COLUMNS  of a rectangle; multiples of 32 and of 64, and XK_WG is a 64th of their product
 *   XK_DEPTH         elements of the walked dimension in a slice
 *   XK_VEC           results of a work-item that lie side by side: 16 bytes of them in the arithmetic's type
 *   XK_WIDE0, XK_WIDE1  elements of an input that are loaded at once: XK_VEC or 1
 *   XK_WIDEO, XK_WO_2, XK_WO_4  1: results are stored one by one; bytes of 2 and of 4 of them
 *   XK_ALONG0, XK_ALONG1  1: neighbouring work-items load an input along the walked dimension, in which it is contiguous
 *   XK_TERMS         numbers of 11 bits that an element of the left input is the sum of, where the right one's have no more
 *                    bits; 0: of neither that is known
 *   XK_WHOLE_SLICES  1: all of a slice is taken, also of the last one
 *   XK_LIMITED       1: there is a limit to the terms of a row
 *   XK_CALL          the call of xk_finish */

/* Matrix instructions multiply numbers of 11 bits and add in f32. XK_PRODUCT: xk_lift is a product and xk_combine a sum. */
#ifndef XK_MATRIX
#define XK_MATRIX 0
#endif
#ifndef XK_PRODUCT
#define XK_PRODUCT 0
#endif
#ifndef XK_TERMS
#define XK_TERMS 0
#endif
#define XK_BY_MATRIX (XK_MATRIX && XK_PRODUCT && XK_TERMS > 0)

typedef struct xk_params {
#if XK_NN > 0
    xk_number number[XK_NN];
#endif
    xk_index rows_of_tiles, columns_of_tiles;
#if XK_LIMITED
    xk_index first; /* row r takes r + first terms */
#endif
    xk_index size[XK_RANK];
    xk_index stride[XK_NT + 1][XK_RANK]; /* elements */
} xk_params;

typedef union xk_wide {
    xk_word16 word;
    XK_ARRAY(xk_t, v);
} xk_wide;

/* A slice has so many elements for each index of the walked dimension: some more than it uses, for other banks. */
#define XK_PADDING (XK_BY_MATRIX ? 8 : XK_VEC)
#define XK_PITCH0 (XK_ROWS + XK_PADDING)
#define XK_PITCH1 (XK_COLUMNS + XK_PADDING)
#define XK_SLICE0 (XK_DEPTH * XK_PITCH0 / XK_VEC)
#define XK_SLICE1 (XK_DEPTH * XK_PITCH1 / XK_VEC)
#define XK_SPAN0 XK_ROWS
#define XK_SPAN1 XK_COLUMNS

#define XK_VECTOR(i) \
    typedef union xk_vector##i { \
        XK_CAT(xk_word, XK_W##i) word; \
        XK_ARRAY(XK_S(XK_D##i), v); \
    } xk_vector##i;
XK_EACH(XK_VECTOR)

/* Where load `u` of a work-item lies in a slice, along the walked dimension and along the input's own. */
#define XK_UNITS(i) (XK_SPAN##i * XK_DEPTH / XK_WIDE##i / XK_WG)
#define XK_DOWN(i) \
    (XK_ALONG##i ? (u * XK_WG + item) % (XK_DEPTH / XK_WIDE##i) * XK_WIDE##i \
                 : (u * XK_WG + item) / (XK_SPAN##i / XK_WIDE##i))
#define XK_ACROSS(i) \
    (XK_ALONG##i ? (u * XK_WG + item) / (XK_DEPTH / XK_WIDE##i) \
                 : (u * XK_WG + item) % (XK_SPAN##i / XK_WIDE##i) * XK_WIDE##i)
#define XK_LEAST(a, b) ((a) < (b) ? (a) : (b))

/* Something inside is loaded in place of what lies outside, and never used, or, where all of a slice is taken, 0 in its place. */
#ifndef XK_WHOLE_SLICES
#define XK_WHOLE_SLICES XK_BY_MATRIX
#endif
#define XK_IN_ROW(i) (!XK_WHOLE_SLICES || at + XK_DOWN(i) < p.size[XK_WALK##i])
#define XK_FETCH(i) \
    XK_UNROLL \
    for (int u = 0; u < XK_UNITS(i); u++) { \
        const xk_index down = XK_LEAST(at + XK_DOWN(i), p.size[XK_WALK##i] - (XK_ALONG##i ? XK_WIDE##i : 1)); \
        const xk_index across = XK_LEAST(first##i + XK_ACROSS(i), p.size[XK_OWN##i] - (XK_ALONG##i ? 1 : XK_WIDE##i)); \
        XK_GLOBAL const XK_S(XK_D##i) *from = \
            g##i + o##i + down * p.stride[i + 1][XK_WALK##i] + across * p.stride[i + 1][XK_OWN##i]; \
        XK_CAT(XK_FETCH_, XK_WIDE##i)(i) \
    }
#define XK_FETCH_1(i) fetched##i[u].v[0] = *from;
#define XK_FETCH_2(i) fetched##i[u].word = *(XK_GLOBAL const XK_CAT(xk_word, XK_W##i) *)from;
#define XK_FETCH_4(i) XK_FETCH_2(i)
#define XK_STAGE(i) \
    XK_UNROLL \
    for (int u = 0; u < XK_UNITS(i); u++) { \
        XK_UNROLL \
        for (int k = 0; k < XK_WIDE##i; k++) \
            staged##i[(XK_DOWN(i) + (XK_ALONG##i ? k : 0)) * XK_PITCH##i + XK_ACROSS(i) + (XK_ALONG##i ? 0 : k)] = \
                XK_IN_ROW(i) ? XK_CONVERT(i, fetched##i[u].v[k]) : 0; \
    }
#define XK_FETCHED(i) xk_vector##i fetched##i[XK_UNITS(i)];
#define XK_FIRST(i) const xk_index first##i = tile##i * XK_SPAN##i;
