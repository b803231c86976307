/* Window template of sums over large boxes: as all boxes of a row of the output take the same elements of every other dimension, those
 * are added first, whole rows of the input at a time, by work-items that lie side by side in them. What each column comes to is left
 * in local memory, out of which each box takes its columns. Defines, besides those of the dialect, of operands.kernel.h and of
 * box.kernel.c (XK_WALKED, XK_INDICES, XK_VALUES, XK_AT, XK_CALL):
 *   XK_VEC           columns of a work-item */
#include "window.kernel.h"
#include XK_OPERATOR
#include "operands.kernel.h"
#include "divide.kernel.h"

typedef struct xk_params {
    xk_uint rows, side;           /* of the output; those that a group makes at once */
    xk_index width;               /* columns */
    xk_divisor lanes, length;     /* work-items side by side in a row; elements of a row of the output */
    xk_divisor size[XK_RANK];
    xk_index stride[2][XK_RANK];  /* elements */
    xk_index in[XK_WALKED], walk[XK_WALKED];
    xk_index around[XK_INDICES], value[XK_VALUES];
} xk_params;

enum { XK_ACROSS = XK_WALKED - 1, XK_ROWS_ASKED = 8 };

typedef union xk_columns {
    XK_CAT(xk_word, XK_W0) word;
    XK_ARRAY(XK_S(XK_D0), v);
} xk_columns;

/* What the boxes of a row of the output take of the dimensions but the last, and of how many rows of the input that is. */
typedef struct xk_taken {
    xk_index out, from;
    xk_long rows;
    xk_run run[XK_WALKED];
} xk_taken;

/* What of it the boxes need. */
typedef struct xk_row {
    xk_index out;
    xk_long rows;
} xk_row;

XK_FN xk_taken xk_take(const xk_params *p, xk_uint rest)
{
    xk_taken row;
    xk_index c[XK_RANK];
    row.out = row.from = 0;
    row.rows = 1;
    c[XK_RANK - 1] = 0;
    XK_UNROLL
    for (int d = XK_RANK - 2; d >= 0; d--) {
        const xk_uint next = xk_divide(rest, p->size[d]);
        c[d] = (xk_index)(rest - next * p->size[d].size);
        rest = next;
        row.out += c[d] * p->stride[0][d];
        row.from += c[d] * p->stride[1][d];
    }
    const xk_index at[XK_INDICES] = { XK_AT };
    XK_UNROLL
    for (int w = 0; w < XK_ACROSS; w++) {
        row.run[w] = xk_window(w, at, p->in, p->around, p->value);
        row.from += row.run[w].first * p->walk[w];
        row.rows *= row.run[w].count > 0 ? row.run[w].count : 0;
    }
    return row;
}

/* Adds the rows that are taken up; some are asked for before the first of them is used. */
XK_FN void xk_add_rows(const xk_params *p, const xk_taken *row, xk_acc *sum, XK_GLOBAL const XK_S(XK_D0) *from)
{
    xk_index turn[XK_WALKED];
    XK_UNROLL
    for (int w = 0; w < XK_ACROSS; w++)
        turn[w] = 0;
    for (xk_long first = 0; first < row->rows; first += XK_ROWS_ASKED) {
        xk_columns asked[XK_ROWS_ASKED];
        XK_UNROLL
        for (int i = 0; i < XK_ROWS_ASKED; i++)
            if (first + i < row->rows) {
                asked[i].word = *(XK_GLOBAL const XK_CAT(xk_word, XK_W0) *)from;
                from += xk_next(row->run, p->walk, turn, XK_ACROSS, ~0u);
            }
        XK_UNROLL
        for (int i = 0; i < XK_ROWS_ASKED; i++)
            if (first + i < row->rows) {
                XK_UNROLL
                for (int k = 0; k < XK_VEC; k++)
                    sum[k] = xk_combine(sum[k], xk_lift(XK_CONVERT(0, asked[i].v[k])));
            }
    }
}

/* What a box takes of the columns; of indices only that in the row counts. */
XK_FN xk_run xk_across(const xk_params *p, xk_index column)
{
    xk_index c[XK_RANK];
    XK_UNROLL
    for (int d = 0; d < XK_RANK; d++)
        c[d] = d < XK_RANK - 1 ? 0 : column;
    const xk_index at[XK_INDICES] = { XK_AT };
    return xk_window(XK_ACROSS, at, p->in, p->around, p->value);
}

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_TENSOR(const XK_S(XK_D0), t0), const xk_params params)
{
    XK_LOCAL xk_acc columns[XK_WG * XK_VEC];
    XK_LOCAL xk_row made[XK_WG];
    const xk_params *p = &params;
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_GLOBAL const XK_S(XK_D0) *g0 = XK_POINTER(const XK_S(XK_D0), t0);
    const xk_uint first = xk_group_id() * p->side, side = xk_divide(xk_local_id(), p->lanes);
    const xk_index lane = (xk_index)(xk_local_id() - side * p->lanes.size) * XK_VEC;
    const xk_uint rows = p->rows - first < p->side ? p->rows - first : p->side;
    if (side < rows) {
        const xk_taken row = xk_take(p, first + side);
        xk_acc sum[XK_VEC];
        XK_UNROLL
        for (int k = 0; k < XK_VEC; k++)
            sum[k] = xk_identity();
        xk_add_rows(p, &row, sum, g0 + row.from + lane);
        XK_UNROLL
        for (int k = 0; k < XK_VEC; k++)
            columns[(xk_index)side * p->width + lane + k] = sum[k];
        if (lane == 0) {
            made[side].out = row.out;
            made[side].rows = row.rows;
        }
    }
    xk_barrier();
    for (xk_uint e = xk_local_id(); e < rows * p->length.size; e += XK_WG) {
        const xk_uint row = xk_divide(e, p->length);
        const xk_index column = (xk_index)(e - row * p->length.size);
        const xk_run run = xk_across(p, column);
        const xk_long elements = made[row].rows * (run.count > 0 ? run.count : 0);
        xk_acc acc = xk_identity();
        for (xk_index i = 0; i < run.count; i++)
            acc = xk_combine(acc, columns[(xk_index)row * p->width + run.first + i * run.step]);
        const xk_r r = XK_CALL;
        gout[made[row].out + column * p->stride[0][XK_RANK - 1]] = XK_STORE(r);
    }
}
