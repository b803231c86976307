/* Reductions of two inputs of which each is the same along one of two kept dimensions, as the rows of one matrix and the columns
 * of another are: a group makes a rectangle of results, for which it stages a slice of both inputs in local memory again and
 * again, in two places by turns, and every work-item 64 of them, in registers. 32 work-items share 32 rows and 64 columns. See slices.kernel.h. */
#include XK_OPERATOR
#include "operands.kernel.h"
#include "slices.kernel.h"

#define XK_OWN0 (XK_RANK - 3)
#define XK_OWN1 (XK_RANK - 2)
#define XK_WALK0 (XK_RANK - 1)
#define XK_WALK1 (XK_RANK - 1)
#define XK_LENGTH ((xk_t)p.size[XK_RANK - 1])

#if XK_BY_MATRIX
/* As the instruction has it: results of two rows and two neighbouring columns of each 16 x 8. */
#define XK_DOWNS 4
#define XK_ACROSSES 16
#define XK_SIDE 2
#define XK_FIRST_ROW (lane / 4)
#define XK_FIRST_COLUMN (lane % 4 * 2)
#define XK_ROW(i) ((i) * 8)
#define XK_COLUMN(j) ((j) / 2 * 8 + (j) % 2)
#define XK_STEPS (XK_DEPTH / 8)

/* The first 11 bits of a number; what is left of it, of an infinity nothing. */
XK_FN float xk_high(float x)
{
    return xk_bits_f32(xk_f32_bits(x) & 0xffffe000u);
}

XK_FN float xk_low(float x)
{
    const float high = xk_high(x);
    return x == high ? 0 : x - high;
}

#define XK_LEFT(i, s, q) \
    staged0[((s) * 8 + lane % 4 + (q) / 2 * 4) * XK_PITCH0 + row0 + lane / 4 + (i) * 16 + (q) % 2 * 8]
#define XK_RIGHT(j, s, q) staged1[((s) * 8 + lane % 4 + (q) * 4) * XK_PITCH1 + column0 + lane / 4 + (j) * 8]
#define XK_TAKE_SLICE(count) \
    { \
        float high[2][XK_STEPS][4], low[2][XK_STEPS][4]; \
        XK_UNROLL \
        for (int n = 0; n < 8 * XK_STEPS; n++) { \
            const float x = XK_LEFT(n / 4 % 2, n / 8, n % 4); \
            high[n / 4 % 2][n / 8][n % 4] = XK_TERMS > 1 ? xk_high(x) : x; \
            low[n / 4 % 2][n / 8][n % 4] = XK_TERMS > 1 ? xk_low(x) : 0; \
        } \
        XK_UNROLL \
        for (int j = 0; j < 8; j++) { \
            float right[XK_STEPS][2]; \
            XK_UNROLL \
            for (int n = 0; n < 2 * XK_STEPS; n++) \
                right[n / 2][n % 2] = XK_RIGHT(j, n / 2, n % 2); \
            XK_UNROLL \
            for (int i = 0; i < 2; i++) { \
                float sum[4] = { 0, 0, 0, 0 }; \
                XK_UNROLL \
                for (int s = 0; s < XK_STEPS; s++) { \
                    if (XK_TERMS > 1) \
                        xk_matrix(sum, low[i][s], right[s]); \
                    xk_matrix(sum, high[i][s], right[s]); \
                } \
                XK_UNROLL \
                for (int n = 0; n < 4; n++) /* the instruction cuts its sums off, an addition rounds */ \
                    acc[2 * i + n / 2][2 * j + n % 2] += sum[n]; \
            } \
        } \
    }
#else
/* Vectors that lie 4 of them apart down and 8 across. */
#define XK_DOWNS 8
#define XK_ACROSSES 8
#define XK_SIDE XK_VEC
#define XK_FIRST_ROW (lane / 8 * XK_VEC)
#define XK_FIRST_COLUMN (lane % 8 * XK_VEC)
#define XK_ROW(i) ((i) / XK_VEC * 4 * XK_VEC + (i) % XK_VEC)
#define XK_COLUMN(j) ((j) / XK_VEC * 8 * XK_VEC + (j) % XK_VEC)
#define XK_PIECES (8 / XK_VEC)
#define XK_TAKE(k) \
    { \
        xk_wide a[XK_PIECES], b[XK_PIECES]; \
        XK_UNROLL \
        for (int piece = 0; piece < XK_PIECES; piece++) { \
            a[piece] = slice0[((k) * XK_PITCH0 + row0 + XK_FIRST_ROW) / XK_VEC + piece * 4]; \
            b[piece] = slice1[((k) * XK_PITCH1 + column0 + XK_FIRST_COLUMN) / XK_VEC + piece * 8]; \
        } \
        XK_UNROLL \
        for (int i = 0; i < 8; i++) { \
            XK_UNROLL \
            for (int j = 0; j < 8; j++) \
                acc[i][j] = \
                    xk_combine(acc[i][j], xk_lift(a[i / XK_VEC].v[i % XK_VEC], b[j / XK_VEC].v[j % XK_VEC])); \
        } \
    }
#define XK_TAKE_SLICE(count) \
    if ((count) >= XK_DEPTH) { \
        XK_UNROLL \
        for (int k = 0; k < XK_DEPTH; k++) \
            XK_TAKE(k) \
    } else { \
        for (int k = 0; k < (int)(count); k++) \
            XK_TAKE(k) \
    }
#endif

#define XK_RESULT(i, j) gout[at_out + (i) * p.stride[0][XK_OWN0] + (j) * p.stride[0][XK_OWN1]]
#define XK_ELEMENT(i, across, e) \
    XK_CONVERT(i, g##i[o##i + (across) * p.stride[i + 1][XK_OWN##i] + (e) * p.stride[i + 1][XK_WALK##i]])

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_LOCAL xk_wide slices0[2 * XK_SLICE0];
    XK_LOCAL xk_wide slices1[2 * XK_SLICE1];
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    xk_index rest = (xk_index)xk_group_id(), at_out = 0;
    XK_EACH(XK_OFFSET)
    const xk_index tile1 = rest % p.columns_of_tiles;
    rest /= p.columns_of_tiles;
    const xk_index tile0 = rest % p.rows_of_tiles;
    rest /= p.rows_of_tiles;
    for (int d = XK_OWN0 - 1; d >= 0; d--) {
        const xk_index c = rest % p.size[d];
        rest /= p.size[d];
        at_out += c * p.stride[0][d];
        XK_EACH(XK_ADVANCE)
    }
    XK_EACH(XK_FIRST)

    const int item = (int)xk_local_id(), lane = item % 32, part = item / 32;
    const int row0 = part / (XK_COLUMNS / 64) * 32, column0 = part % (XK_COLUMNS / 64) * 64;
    xk_acc acc[XK_DOWNS][XK_ACROSSES];
    XK_EACH(XK_FETCHED)
    XK_UNROLL
    for (int n = 0; n < XK_DOWNS * XK_ACROSSES; n++)
        acc[n / XK_ACROSSES][n % XK_ACROSSES] = xk_identity();
    xk_index at = 0;
    XK_EACH(XK_FETCH)
    for (int second = 0;; second = !second) {
        XK_LOCAL_POINTER xk_wide *const slice0 = slices0 + second * XK_SLICE0, *const slice1 = slices1 + second * XK_SLICE1;
        XK_LOCAL_POINTER xk_t *const staged0 = (XK_LOCAL_POINTER xk_t *)slice0;
        XK_LOCAL_POINTER xk_t *const staged1 = (XK_LOCAL_POINTER xk_t *)slice1;
        XK_EACH(XK_STAGE)
        xk_barrier();
        const xk_index left = p.size[XK_WALK0] - at;
        at += XK_DEPTH;
        if (left > XK_DEPTH) {
            XK_EACH(XK_FETCH)
        }
        XK_TAKE_SLICE(left)
        if (left <= XK_DEPTH)
            break;
    }

    const xk_index row = first0 + row0 + XK_FIRST_ROW, column = first1 + column0 + XK_FIRST_COLUMN;
    const xk_index downs = p.size[XK_OWN0] - row, acrosses = p.size[XK_OWN1] - column; /* inside, from there on */
    at_out += row * p.stride[0][XK_OWN0] + column * p.stride[0][XK_OWN1];
    XK_UNROLL
    for (int n = 0; n < XK_DOWNS * XK_ACROSSES / XK_SIDE; n++) {
        const int i = n / (XK_ACROSSES / XK_SIDE), j = n % (XK_ACROSSES / XK_SIDE) * XK_SIDE;
        union {
#if XK_WIDEO > 1
            XK_CAT(xk_word, XK_CAT(XK_WO_, XK_SIDE)) word;
#endif
            XK_S(XK_O) v[XK_SIDE];
        } result;
        XK_UNROLL
        for (int k = 0; k < XK_SIDE; k++) {
            const xk_acc all = acc[i][j + k];
            const xk_r r = XK_CALL;
            result.v[k] = XK_STORE(r);
        }
#if XK_WIDEO > 1
        if (XK_ROW(i) < downs && XK_COLUMN(j) < acrosses)
            *(XK_GLOBAL XK_CAT(xk_word, XK_CAT(XK_WO_, XK_SIDE)) *)&XK_RESULT(XK_ROW(i), XK_COLUMN(j)) = result.word;
#else
        XK_UNROLL
        for (int k = 0; k < XK_SIDE; k++)
            if (XK_ROW(i) < downs && XK_COLUMN(j + k) < acrosses)
                XK_RESULT(XK_ROW(i), XK_COLUMN(j + k)) = result.v[k];
#endif
    }

#if XK_BY_MATRIX && XK_TERMS > 1
    /* An infinity times the nothing that is left of a short number is NaN, which the product of both may not be. */
    int finite = 1;
    XK_UNROLL
    for (int n = 0; n < XK_DOWNS * XK_ACROSSES; n++)
        finite = finite && XK_MATH(fabs)(acc[n / XK_ACROSSES][n % XK_ACROSSES]) < XK_INFINITY;
    for (int n = 0; !finite && n < XK_DOWNS * XK_ACROSSES; n++) {
        const int i = XK_ROW(n / XK_ACROSSES), j = XK_COLUMN(n % XK_ACROSSES);
        if (i >= downs || j >= acrosses)
            continue;
        xk_acc all = xk_identity();
        for (xk_index e = 0; e < p.size[XK_WALK0]; e++)
            all = xk_combine(all, xk_lift(XK_ELEMENT(0, row + i, e), XK_ELEMENT(1, column + j, e)));
        const xk_r r = XK_CALL;
        XK_RESULT(i, j) = XK_STORE(r);
    }
#endif
}
