/* Rows summed by weights that other inputs give: a group keeps so many rows of results, and walks over all terms, a tile of them at a
 * time. Products with a tile's terms become scores, scores weights, and the weights, which nobody else sees, go into the second
 * product. As the largest score of a row is known only at the end, what there is of its results is brought down to the new one with
 * each tile: sum and results are those of exponentials of scores less `most`. See slices.kernel.h. Defines, besides:
 *   XK_HALVES        1: the three inputs are of one half type
 *   XK_CHUNKS        1: rows of the second and the third can be copied 16 bytes at a time
 *   XK_WIDE          1: the device has matrix instructions of 128 work-items
 * The inputs: rows by elements, terms by elements, terms by columns and, where there is a fourth, what the body takes beside a score, rows
 * by terms. The last dimensions are these four: */
#include XK_OPERATOR
#include "operands.kernel.h"
#include "slices.kernel.h"

#define XK_D_ROWS (XK_RANK - 4)
#define XK_D_TERMS (XK_RANK - 3)
#define XK_D_ELEMENTS (XK_RANK - 2)
#define XK_D_COLUMNS (XK_RANK - 1)
#define XK_OWN0 XK_D_ROWS
#define XK_WALK0 XK_D_ELEMENTS
#define XK_OWN1 XK_D_TERMS
#define XK_WALK1 XK_D_ELEMENTS
#define XK_OWN2 XK_D_COLUMNS
#define XK_WALK2 XK_D_TERMS

#define XK_RESULT(i, j) gout[at_out + (i) * p.stride[0][XK_D_ROWS] + (j) * p.stride[0][XK_D_COLUMNS]]

/* A score, given the product's multiple; places outside have those of something inside. */
#if XK_NT > 3
#define XK_SCORE(x, row, term) \
    xk_body(x, XK_CONVERT(3, g3[o3 + XK_LEAST(row, p.size[XK_D_ROWS] - 1) * p.stride[4][XK_D_ROWS] + \
                                XK_LEAST(term, p.size[XK_D_TERMS] - 1) * p.stride[4][XK_D_TERMS]]))
#else
#define XK_SCORE(x, row, term) (x)
#endif
#if XK_LIMITED
#define XK_LIMIT(row) XK_LEAST((row) + p.first, p.size[XK_D_TERMS])
#else
#define XK_LIMIT(row) p.size[XK_D_TERMS]
#endif

#define XK_LOG2_OF_E 1.44269504f

/* Where a group's matrices begin, and the first row of its tile: rows that walk most come first. */
#define XK_BEGIN \
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out); \
    XK_EACH(XK_ADDRESS) \
    xk_index rest = (xk_index)xk_group_id(), at_out = 0; \
    XK_EACH(XK_OFFSET) \
    const xk_index tile = rest % p.rows_of_tiles; \
    rest /= p.rows_of_tiles; \
    for (int d = XK_D_ROWS - 1; d >= 0; d--) { \
        const xk_index c = rest % p.size[d]; \
        rest /= p.size[d]; \
        at_out += c * p.stride[0][d]; \
        XK_EACH(XK_ADVANCE) \
    } \
    const xk_index first0 = (XK_LIMITED ? p.rows_of_tiles - 1 - tile : tile) * XK_ROWS; \
    const xk_index last_row = XK_LEAST(first0 + XK_ROWS, p.size[XK_D_ROWS]) - 1, terms = XK_LIMIT(last_row);

#define XK_IN_THIRDS (XK_WIDE && !XK_HALVES)
#define XK_BY_HALVES (XK_MATRIX && XK_HALVES || XK_IN_THIRDS)
#if !XK_BY_HALVES
/* A work-item has 8 rows, and of both products 8 columns: vectors that lie 4 of them apart down and 8 across. */
#define XK_PITCH2 XK_PITCH1
#define XK_SPAN2 XK_COLUMNS
#define XK_FIRST_ROW (row0 + lane / 8 * XK_VEC)
#define XK_FIRST_COLUMN (column0 + lane % 8 * XK_VEC)
#define XK_ROW(i) ((i) / XK_VEC * 4 * XK_VEC + (i) % XK_VEC)
#define XK_COLUMN(j) ((j) / XK_VEC * 8 * XK_VEC + (j) % XK_VEC)
#define XK_PIECES (8 / XK_VEC)
#define XK_SHARERS (XK_COLUMNS / 8) /* work-items that have the same rows */

/* The left factor of the second product, for each term the tile's rows, in an order in which neighbours write to other banks. */
#define XK_WEIGHT(term, piece) \
    weights[(term) * (XK_ROWS / XK_VEC) + ((XK_FIRST_ROW / XK_VEC + (piece) * 4) ^ ((term) / XK_VEC % 8))]
/* Vectors of element k of a slice, of the first product and of the second. */
#define XK_PART(k, piece) slice0[((k) * XK_PITCH0 + XK_FIRST_ROW) / XK_VEC + (piece) * 4]
#define XK_NEAR_WEIGHT(k, piece) near[(k) / XK_VEC][piece][(k) % XK_VEC * (XK_ROWS / XK_VEC)]
#define XK_FIND_WEIGHTS \
    XK_LOCAL_POINTER const xk_wide *near[XK_DEPTH / XK_VEC][XK_PIECES]; \
    XK_UNROLL \
    for (int n = 0; n < XK_DEPTH / XK_VEC * XK_PIECES; n++) \
        near[n / XK_PIECES][n % XK_PIECES] = &XK_WEIGHT((int)(at - first1) + n / XK_PIECES * XK_VEC, n % XK_PIECES);
#define XK_TAKE(left, k, to) \
    { \
        xk_wide a[XK_PIECES], b[XK_PIECES]; \
        XK_UNROLL \
        for (int piece = 0; piece < XK_PIECES; piece++) { \
            a[piece] = left(k, piece); \
            b[piece] = slice1[((k) * XK_PITCH1 + XK_FIRST_COLUMN) / XK_VEC + piece * 8]; \
        } \
        XK_UNROLL \
        for (int i = 0; i < 8; i++) { \
            XK_UNROLL \
            for (int j = 0; j < 8; j++) \
                to[i][j] += a[i / XK_VEC].v[i % XK_VEC] * b[j / XK_VEC].v[j % XK_VEC]; \
        } \
    }
/* All slices up to `end`, in two places by turns: no slice is written where the one before is read. */
#define XK_TAKE_SLICES(fetch, stage, find, left, end, to) \
    fetch \
    for (;;) { \
        XK_LOCAL_POINTER xk_wide *const slice0 = slices0 + second * XK_SLICE0, *const slice1 = slices1 + second * XK_SLICE1; \
        XK_LOCAL_POINTER xk_t *const staged0 = (XK_LOCAL_POINTER xk_t *)slice0; \
        XK_LOCAL_POINTER xk_t *const staged1 = (XK_LOCAL_POINTER xk_t *)slice1, *const staged2 = staged1; \
        stage \
        xk_barrier(); \
        find \
        second = !second; \
        at += XK_DEPTH; \
        if (at < (end)) { \
            fetch \
        } \
        XK_UNROLL \
        for (int k = 0; k < XK_DEPTH; k++) \
            XK_TAKE(left, k, to) \
        if (at >= (end)) \
            break; \
    }

/* What the sharers of a row have of it, one after the other. */
#define XK_SHARE(row) \
    XK_UNROLL \
    for (int piece = 0; piece < XK_PIECES; piece++) { \
        xk_wide own; \
        XK_UNROLL \
        for (int k = 0; k < XK_VEC; k++) \
            own.v[k] = row[piece * XK_VEC + k]; \
        slices0[(XK_FIRST_COLUMN / XK_VEC % 8 + column0 / 8) * (XK_ROWS / XK_VEC) + XK_FIRST_ROW / XK_VEC + piece * 4] = own; \
    }
#define XK_JOIN_SHARES(row, join) \
    for (int sharer = 0; sharer < XK_SHARERS; sharer++) { \
        XK_UNROLL \
        for (int piece = 0; piece < XK_PIECES; piece++) { \
            const xk_wide other = slices0[sharer * (XK_ROWS / XK_VEC) + XK_FIRST_ROW / XK_VEC + piece * 4]; \
            XK_UNROLL \
            for (int k = 0; k < XK_VEC; k++) \
                row[piece * XK_VEC + k] = join(row[piece * XK_VEC + k], other.v[k]); \
        } \
    }
#define XK_PLUS(a, b) ((a) + (b))

#define XK_MOST(turn, i) mosts[(turn) * (XK_ROWS / XK_VEC) + XK_FIRST_ROW / XK_VEC + (i) / XK_VEC * 4].v[(i) % XK_VEC]

/* A row's scores become weights, its largest one 1 whatever it is. What there is of its results is brought down from `most`. */
XK_FN void xk_weigh(xk_t *score, xk_t *result, xk_t *sum, xk_t most, xk_t largest)
{
    const xk_t base = largest == -XK_INFINITY ? 0 : largest, less = xk_raw_exp2((most - base) * XK_LOG2_OF_E);
    *sum *= less;
    XK_UNROLL
    for (int j = 0; j < 8; j++) {
        result[j] *= less;
        score[j] = xk_raw_exp2((score[j] - base) * XK_LOG2_OF_E);
        *sum += score[j];
    }
}

/* A vector of row i, from column j on. */
#if XK_WIDEO > 1
#define XK_PUT_VECTOR(i, j) \
    if (XK_ROW(i) < downs && XK_COLUMN(j) < acrosses) \
        *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)&XK_RESULT(XK_ROW(i), XK_COLUMN(j)) = written.word;
#else
#define XK_PUT_VECTOR(i, j) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        if (XK_ROW(i) < downs && XK_COLUMN(j + k) < acrosses) \
            XK_RESULT(XK_ROW(i), XK_COLUMN(j + k)) = written.v[k];
#endif
#define XK_WRITE(i, j) \
    { \
        union { \
            XK_CAT(xk_word, XK_WO) word; \
            XK_ARRAY(XK_S(XK_O), v); \
        } written; \
        XK_UNROLL \
        for (int k = 0; k < XK_VEC; k++) { \
            const xk_r r = result[i][j + k] * share; \
            written.v[k] = XK_STORE(r); \
        } \
        XK_PUT_VECTOR(i, j) \
    }

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) const xk_params p)
{
    XK_LOCAL xk_wide slices0[2 * XK_SLICE0];
    XK_LOCAL xk_wide slices1[2 * XK_SLICE1];
    XK_LOCAL xk_wide weights[XK_COLUMNS * XK_ROWS / XK_VEC];
    XK_LOCAL xk_wide mosts[2 * XK_ROWS / XK_VEC]; /* of rows, in two places by turns */
    XK_BEGIN
    const int item = (int)xk_local_id(), lane = item % 32, part = item / 32;
    const int row0 = part / (XK_COLUMNS / 64) * 32, column0 = part % (XK_COLUMNS / 64) * 64;
    const xk_index first2 = 0;
    const xk_t scale = XK_N(0);
    xk_t result[8][8], sum[8];
    const int is_first = lane % 8 == 0 && column0 == 0; /* of those that share rows */
    int second = 0;
    xk_vector0 fetched0[XK_UNITS(0)];
    xk_vector1 fetched1[XK_UNITS(1)];
    xk_vector2 fetched2[XK_UNITS(2)];
    XK_UNROLL
    for (int i = 0; i < 8; i++) {
        sum[i] = 0;
        if (is_first)
            XK_MOST(0, i) = -XK_INFINITY;
        XK_UNROLL
        for (int j = 0; j < 8; j++)
            result[i][j] = 0;
    }
    for (xk_index first1 = 0; first1 < terms; first1 += XK_COLUMNS) {
        xk_t score[8][8], largest[8];
        const int turn = (int)(first1 / XK_COLUMNS % 2);
        xk_index at = 0;
        XK_UNROLL
        for (int n = 0; n < 64; n++)
            score[n / 8][n % 8] = 0;
        XK_TAKE_SLICES(XK_FETCH(0) XK_FETCH(1), XK_STAGE(0) XK_STAGE(1), , XK_PART, p.size[XK_D_ELEMENTS], score)
        XK_UNROLL
        for (int n = 0; n < 64; n++)
            score[n / 8][n % 8] = XK_SCORE(score[n / 8][n % 8] * scale, first0 + XK_FIRST_ROW + XK_ROW(n / 8),
                                           first1 + XK_FIRST_COLUMN + XK_COLUMN(n % 8));
        if (first1 + XK_COLUMNS > XK_LIMIT(first0)) {
            XK_UNROLL
            for (int n = 0; n < 64; n++) {
                const xk_index row = first0 + XK_FIRST_ROW + XK_ROW(n / 8), term = first1 + XK_FIRST_COLUMN + XK_COLUMN(n % 8);
                score[n / 8][n % 8] = term < XK_LIMIT(row) ? score[n / 8][n % 8] : -XK_INFINITY;
            }
        }
        XK_UNROLL
        for (int i = 0; i < 8; i++) {
            largest[i] = XK_MOST(turn, i);
            XK_UNROLL
            for (int j = 0; j < 8; j++)
                largest[i] = XK_MATH(fmax)(largest[i], score[i][j]);
        }
        xk_barrier();
        XK_SHARE(largest)
        xk_barrier();
        XK_JOIN_SHARES(largest, XK_MATH(fmax))
        XK_UNROLL
        for (int i = 0; i < 8; i++)
            xk_weigh(score[i], result[i], sum + i, XK_MOST(turn, i), largest[i]);
        if (is_first) {
            XK_UNROLL
            for (int n = 0; n < 8; n++)
                XK_MOST(1 - turn, n) = largest[n];
        }
        XK_UNROLL
        for (int n = 0; n < 8 * XK_PIECES; n++) {
            const int j = n / XK_PIECES, piece = n % XK_PIECES, term = XK_FIRST_COLUMN + XK_COLUMN(j);
            xk_wide rows;
            XK_UNROLL
            for (int k = 0; k < XK_VEC; k++)
                rows.v[k] = score[piece * XK_VEC + k][j];
            XK_WEIGHT(term, piece) = rows;
        }
        at = first1;
        XK_TAKE_SLICES(XK_FETCH(2), XK_STAGE(2), XK_FIND_WEIGHTS, XK_NEAR_WEIGHT,
                       XK_LEAST(first1 + XK_COLUMNS, terms), result)
    }

    xk_t all[8] = { 0, 0, 0, 0, 0, 0, 0, 0 };
    xk_barrier();
    XK_SHARE(sum)
    xk_barrier();
    XK_JOIN_SHARES(all, XK_PLUS)
    const xk_index row = first0 + XK_FIRST_ROW, column = XK_FIRST_COLUMN;
    const xk_index downs = p.size[XK_D_ROWS] - row, acrosses = p.size[XK_D_COLUMNS] - column; /* inside, from there on */
    at_out += row * p.stride[0][XK_D_ROWS] + column * p.stride[0][XK_D_COLUMNS];
    XK_UNROLL
    for (int i = 0; i < 8; i++) {
        const xk_t share = all[i] == 0 ? 0 : 1 / all[i];
        XK_UNROLL
        for (int j = 0; j < 8; j += XK_VEC)
            XK_WRITE(i, j)
    }
}
#endif

#include "weighted_halves.kernel.h"
#include "weighted_matrix.kernel.h"
#include "weighted_wide.kernel.h"
#include "weighted_thirds.kernel.h"
