/* Reductions of two inputs of which each is the same along one of two kept dimensions, as rows of a matrix and columns of
 * another are: a group makes a rectangle of results, for which it stages a slice of both inputs in local memory again and
 * again, and every work-item 8 x 8 results of those, in registers. Defines, besides those of operands.kernel.h:
 *   XK_OR            kept dimensions: others, the left input's own (rows), the right one's (columns)
 *   XK_ROWS, XK_COLUMNS  of a rectangle; multiples of 32 and of 64, and XK_WG is a 64th of their product
 *   XK_DEPTH         elements of the walked dimension in a slice
 *   XK_VEC           results of a work-item that lie side by side: 16 bytes of them in the arithmetic's type
 *   XK_WIDE0, XK_WIDE1, XK_WIDEO  elements of an operand that are loaded or stored at once: XK_VEC or 1
 *   XK_ALONG0, XK_ALONG1  1: neighbouring work-items load an input along the walked dimension, in which it is contiguous
 *   XK_CALL          the call of xk_finish */

typedef struct xk_params {
#if XK_NN > 0
    xk_number number[XK_NN];
#endif
    xk_index length; /* elements of the walked dimension */
    xk_index rows_of_tiles, columns_of_tiles;
    xk_index size[XK_OR];
    xk_index stride[XK_NT + 1][XK_OR + 1]; /* elements; the walked dimension last */
} xk_params;

#define XK_LENGTH ((xk_t)p.length)

typedef union xk_wide {
    xk_word16 word;
    XK_ARRAY(xk_t, v);
} xk_wide;

/* A slice has so many elements for each index of the walked dimension: one vector more than it uses, for other banks. */
#define XK_PITCH0 (XK_ROWS + XK_VEC)
#define XK_PITCH1 (XK_COLUMNS + XK_VEC)
#define XK_SPAN0 XK_ROWS
#define XK_SPAN1 XK_COLUMNS
#define XK_OWN0 (XK_OR - 2)
#define XK_OWN1 (XK_OR - 1)

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

/* What lies outside is never used; something inside is loaded in its place. */
#define XK_FETCH(i) \
    XK_UNROLL \
    for (int u = 0; u < XK_UNITS(i); u++) { \
        const xk_index down = XK_LEAST(at + XK_DOWN(i), p.length - (XK_ALONG##i ? XK_WIDE##i : 1)); \
        const xk_index across = XK_LEAST(first##i + XK_ACROSS(i), p.size[XK_OWN##i] - (XK_ALONG##i ? 1 : XK_WIDE##i)); \
        XK_GLOBAL const XK_S(XK_D##i) *from = \
            g##i + o##i + down * p.stride[i + 1][XK_OR] + across * p.stride[i + 1][XK_OWN##i]; \
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
                XK_CONVERT(i, fetched##i[u].v[k]); \
    }
#define XK_FETCHED(i) xk_vector##i fetched##i[XK_UNITS(i)];
#define XK_FIRST(i) const xk_index first##i = tile##i * XK_SPAN##i;

/* 32 work-items share 32 rows and 64 columns; a work-item's rows and columns are vectors that lie 4 and 8 vectors apart. */
#define XK_PIECES (8 / XK_VEC)
#define XK_ROW(i) (row + (i) / XK_VEC * 4 * XK_VEC + (i) % XK_VEC)
#define XK_COLUMN(j) (column + (j) / XK_VEC * 8 * XK_VEC + (j) % XK_VEC)
#define XK_TAKE(k) \
    { \
        xk_wide a[XK_PIECES], b[XK_PIECES]; \
        XK_UNROLL \
        for (int piece = 0; piece < XK_PIECES; piece++) { \
            a[piece] = slice0[((k) * XK_PITCH0 + row) / XK_VEC + piece * 4]; \
            b[piece] = slice1[((k) * XK_PITCH1 + column) / XK_VEC + piece * 8]; \
        } \
        XK_UNROLL \
        for (int i = 0; i < 8; i++) { \
            XK_UNROLL \
            for (int j = 0; j < 8; j++) \
                acc[i][j] = \
                    xk_combine(acc[i][j], xk_lift(a[i / XK_VEC].v[i % XK_VEC], b[j / XK_VEC].v[j % XK_VEC])); \
        } \
    }

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_LOCAL xk_wide slice0[XK_DEPTH * XK_PITCH0 / XK_VEC];
    XK_LOCAL xk_wide slice1[XK_DEPTH * XK_PITCH1 / XK_VEC];
    XK_LOCAL_POINTER xk_t *staged0 = (XK_LOCAL_POINTER xk_t *)slice0;
    XK_LOCAL_POINTER xk_t *staged1 = (XK_LOCAL_POINTER xk_t *)slice1;
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    xk_index rest = (xk_index)xk_group_id(), at_out = 0;
    XK_EACH(XK_OFFSET)
    const xk_index tile1 = rest % p.columns_of_tiles;
    rest /= p.columns_of_tiles;
    const xk_index tile0 = rest % p.rows_of_tiles;
    rest /= p.rows_of_tiles;
    for (int d = XK_OR - 3; d >= 0; d--) {
        const xk_index c = rest % p.size[d];
        rest /= p.size[d];
        at_out += c * p.stride[0][d];
        XK_EACH(XK_ADVANCE)
    }
    XK_EACH(XK_FIRST)

    const int item = (int)xk_local_id(), lane = item % 32, part = item / 32;
    const int row = part / (XK_COLUMNS / 64) * 32 + lane / 8 * XK_VEC;
    const int column = part % (XK_COLUMNS / 64) * 64 + lane % 8 * XK_VEC;
    xk_acc acc[8][8];
    XK_EACH(XK_FETCHED)
    XK_UNROLL
    for (int i = 0; i < 8; i++) {
        XK_UNROLL
        for (int j = 0; j < 8; j++)
            acc[i][j] = xk_identity();
    }
    xk_index at = 0;
    XK_EACH(XK_FETCH)
    for (;;) {
        XK_EACH(XK_STAGE)
        xk_barrier();
        const xk_index left = p.length - at;
        at += XK_DEPTH;
        if (left > XK_DEPTH) {
            XK_EACH(XK_FETCH)
        }
        if (left >= XK_DEPTH) {
            XK_UNROLL
            for (int k = 0; k < XK_DEPTH; k++)
                XK_TAKE(k)
        } else {
            for (int k = 0; k < (int)left; k++)
                XK_TAKE(k)
        }
        if (left <= XK_DEPTH)
            break;
        xk_barrier();
    }

    at_out += (first0 + row) * p.stride[0][XK_OWN0] + (first1 + column) * p.stride[0][XK_OWN1];
    XK_UNROLL
    for (int i = 0; i < 8; i++) {
        const int down = XK_ROW(i) - row;
        XK_UNROLL
        for (int piece = 0; piece < XK_PIECES && first0 + row + down < p.size[XK_OWN0]; piece++) {
            const int across = piece * 8 * XK_VEC;
            XK_GLOBAL XK_S(XK_O) *to = gout + at_out + down * p.stride[0][XK_OWN0] + across * p.stride[0][XK_OWN1];
            union {
                XK_CAT(xk_word, XK_WO) word;
                XK_ARRAY(XK_S(XK_O), v);
            } result;
            XK_UNROLL
            for (int k = 0; k < XK_VEC; k++) {
                const xk_acc all = acc[i][piece * XK_VEC + k];
                const xk_r r = XK_CALL;
                result.v[k] = XK_STORE(r);
            }
#if XK_WIDEO > 1
            if (first1 + column + across < p.size[XK_OWN1])
                *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)to = result.word;
#else
            XK_UNROLL
            for (int k = 0; k < XK_VEC; k++)
                if (first1 + column + across + k < p.size[XK_OWN1])
                    to[k * p.stride[0][XK_OWN1]] = result.v[k];
#endif
        }
    }
}
