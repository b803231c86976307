/* Exchanges the dimension in which the input is contiguous with the output's, of elements of one or two bytes. A group takes a tile
 * of both. What a part of 4 bytes has of as many rows of the input is exchanged in registers, so that local memory has parts of the
 * output's rows, which are read, and written in vectors, wherever a row begins. A vector of the output that two tiles have elements
 * of is written by the first, whose local memory goes on as far as that takes. Defines, besides those of the dialect and of
 * operands.kernel.h:
 *   XK_RANK, XK_ORDER      dimensions; these, that in which groups that follow each other go on first
 *   XK_IN                  the dimension in which the input is contiguous; the output is in the last
 *   XK_QUADS XK_PITCH      parts of a row of the input in a tile; of a row of the output, from one to the next, an odd number
 *   XK_PARTS XK_READERS    parts that a work-item has side by side; work-items that have a row's
 *   XK_AHEAD               of these that a work-item asks for before it uses the first, of each of its rows
 *   XK_IN_FULL             rows of the input are whole parts, and begin so
 *   XK_UNIT                elements that only one tile writes, from a multiple of them on
 *   XK_OUT_FULL XK_SHIFTED rows of the output begin so, but for vectors that do not
 *   XK_JOINED              the rows of the output in a tile are whole, and follow each other without a gap
 *   XK_LINE                work-items side by side in a row of the output
 *   XK_RUN_BYTES           4 */
#include XK_OPERATOR
#include "operands.kernel.h"
#include "run.kernel.h"
#include "divide.kernel.h"
#include "exchange.kernel.h"

typedef struct xk_params {
    xk_long low, high;                                 /* elements of the input's memory, from its first */
    xk_index size[XK_RANK], in[XK_RANK], out[XK_RANK]; /* strides in elements */
    xk_divisor tiles[XK_RANK];
    xk_uint step[XK_RANK], extent[XK_RANK]; /* from a tile to the next; of a tile in local memory; 1 where it has no more */
} xk_params;

#define XK_G (XK_VEC / 2)                                             /* elements of a part; vectors have two */
#define XK_BITS_OF (32 / XK_G)                                        /* of an element */
#define XK_PLACE(i) (((i) % XK_G * XK_QUADS + (i) / XK_G) * XK_PITCH) /* of a row of the output in local memory */
#define XK_APART (XK_LINE * XK_VEC)                                    /* elements from a vector of a work-item's to the next */
#define XK_LINES (XK_WG / XK_LINE)                                     /* rows that a group writes at once, a multiple of XK_G */
#define XK_BEGIN (XK_OUT_FULL ? first : first - ((first + skew) & (XK_UNIT - 1))) /* of the unit that a vector is in */

/* The tile of this group. */
typedef struct xk_tile {
    xk_index in, out;
    xk_uint tall, wide; /* of it in the tensors: along the input, along the output */
    xk_uint own;        /* of the last, those whose vectors it writes */
    int begins;         /* rows of the output are at their dimension's start */
} xk_tile;

/* Rows become columns. */
XK_FN void xk_exchange(xk_uint *part)
{
#if XK_G == 2
    const xk_uint low = xk_permute(part[0], part[1], 0x5410);
    part[1] = xk_permute(part[0], part[1], 0x7632);
    part[0] = low;
#else
    xk_exchange_bytes(part, part, 1);
#endif
}

/* Rows of the input, as many as a part has elements, and where each begins between parts. */
typedef struct xk_rows {
    XK_GLOBAL const char *part[XK_G]; /* that a row's first element is in */
    xk_uint shift[XK_G];
} xk_rows;

XK_FN void xk_find_rows(XK_GLOBAL const XK_S(XK_D0) *from, xk_index stride, xk_rows *out_rows)
{
    XK_UNROLL
    for (int k = 0; k < XK_G; k++) {
        XK_GLOBAL const char *row = (XK_GLOBAL const char *)(from + k * stride);
        const xk_uint skew = XK_IN_FULL ? 0 : (xk_uint)(xk_ulong)row & 3;
        out_rows->part[k] = row - skew;
        out_rows->shift[k] = skew * 8;
    }
}

XK_FN void xk_put(XK_LOCAL_POINTER xk_uint *parts, xk_uint quad, xk_uint g, const xk_uint *part)
{
    XK_UNROLL
    for (int k = 0; k < XK_G; k++)
        parts[(k * XK_QUADS + quad) * XK_PITCH + g] = part[k];
}

/* Each work-item has XK_PARTS parts of some rows, as many as a part has elements. Where rows begin between parts, one more is loaded. */
XK_FN void xk_read(const xk_tile *tile, xk_index stride, XK_GLOBAL const XK_S(XK_D0) *from, XK_LOCAL_POINTER xk_uint *parts)
{
    const xk_uint quad = xk_local_id() % XK_READERS * XK_PARTS, apart = XK_WG / XK_READERS, whole = tile->wide / XK_G;
    const xk_long further = (xk_long)stride * (XK_G * (xk_long)sizeof(XK_S(XK_D0))) * (xk_long)apart;
    xk_rows rows;
    xk_find_rows(from + quad * XK_G + (xk_index)(xk_local_id() / XK_READERS * XK_G) * stride, stride, &rows);
    for (xk_uint g = xk_local_id() / XK_READERS; g < whole; g += XK_AHEAD * apart) {
        xk_uint word[XK_AHEAD][XK_G][XK_PARTS + 1];
        XK_UNROLL
        for (int a = 0; a < XK_AHEAD; a++)
            XK_UNROLL
            for (int k = 0; k < XK_G; k++) {
                XK_UNROLL
                for (int i = 0; i < XK_PARTS + !XK_IN_FULL; i++)
                    if (g + a * apart < whole)
                        word[a][k][i] = ((XK_GLOBAL const xk_uint *)rows.part[k])[i];
                rows.part[k] += further;
            }
        XK_UNROLL
        for (int a = 0; a < XK_AHEAD; a++)
            XK_UNROLL
            for (int i = 0; i < XK_PARTS; i++)
                if (g + a * apart < whole) {
                    xk_uint part[XK_G];
                    XK_UNROLL
                    for (int k = 0; k < XK_G; k++)
                        part[k] = XK_IN_FULL ? word[a][k][i] : xk_run_part(word[a][k][i], word[a][k][i + 1], rows.shift[k]);
                    xk_exchange(part);
                    xk_put(parts, quad + i, g + a * apart, part);
                }
    }
}

/* Element by element, from the first rows that are no whole part on. */
XK_FN void xk_read_rest(const xk_tile *tile, xk_index stride, XK_GLOBAL const XK_S(XK_D0) *from, xk_uint first,
                        XK_LOCAL_POINTER xk_uint *parts)
{
    for (xk_uint g = first + xk_local_id() / XK_READERS; g * XK_G < tile->wide; g += XK_WG / XK_READERS)
        for (xk_uint quad = xk_local_id() % XK_READERS * XK_PARTS, i = 0; i < XK_PARTS; i++, quad++) {
            xk_uint part[XK_G];
            XK_UNROLL
            for (int k = 0; k < XK_G; k++) {
                part[k] = 0;
                for (int j = 0; j < XK_G; j++)
                    if (g * XK_G + j < tile->wide && quad * XK_G + k < tile->tall)
                        part[k] |= (xk_uint)from[(xk_index)(g * XK_G + j) * stride + (xk_index)(quad * XK_G + k)] << j * XK_BITS_OF;
            }
            xk_put(parts, quad, g, part);
        }
}

/* Whether what parts reach of the rows, their neighbours too, lies in the input's memory. */
XK_FN int xk_is_inside(const xk_params *p, const xk_tile *tile, xk_index stride)
{
    const xk_index last = (xk_index)(tile->wide - 1) * stride;
    const xk_index lowest = tile->in + (last < 0 ? last : 0), highest = tile->in + (last > 0 ? last : 0);
    return XK_IN_FULL || (lowest >= p->low + XK_G && highest + (xk_index)tile->tall + (XK_PARTS + 1) * XK_G <= p->high);
}

/* A vector of a row of the output, from element `o` of it on. */
XK_FN xk_word8 xk_take(XK_LOCAL_POINTER const xk_uint *row, xk_uint o)
{
    const xk_uint shift = XK_SHIFTED ? o % XK_G * XK_BITS_OF : 0;
    XK_LOCAL_POINTER const xk_uint *at = row + o / XK_G;
    const xk_uint low = at[0], high = at[1], next = XK_SHIFTED ? at[2] : 0;
    xk_word8 word;
    word.x = XK_SHIFTED ? xk_run_part(low, high, shift) : low;
    word.y = XK_SHIFTED ? xk_run_part(high, next, shift) : high;
    return word;
}

/* A vector of which the next row has the end. */
XK_FN xk_word8 xk_take_both(XK_LOCAL_POINTER const xk_uint *row, XK_LOCAL_POINTER const xk_uint *next, xk_uint o, xk_uint size)
{
    const xk_word8 head = xk_take(row, o);
    const xk_uint shift = (size - o) * XK_BITS_OF;
    const xk_ulong both = (((xk_ulong)head.y << 32 | head.x) & (((xk_ulong)1 << shift) - 1)) |
                          ((xk_ulong)next[1] << 32 | next[0]) << shift;
    xk_word8 word;
    word.x = (xk_uint)both;
    word.y = (xk_uint)(both >> 32);
    return word;
}

/* Of a vector what lies in the row: its first element has number `first`, which may be below 0. */
XK_FN void xk_write_some(XK_GLOBAL XK_S(XK_O) *line, XK_LOCAL_POINTER const xk_uint *row, int first, int length)
{
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++) {
        const int o = first + k;
        if (o >= 0 && o < length)
            line[o] = (XK_S(XK_O))(row[(xk_uint)o / XK_G] >> (xk_uint)o % XK_G * XK_BITS_OF);
    }
}

#if XK_JOINED
/* Rows without gaps: a vector belongs to the row that its first element is in. */
XK_FN void xk_write_row(const xk_tile *tile, XK_GLOBAL XK_S(XK_O) *line, XK_LOCAL_POINTER const xk_uint *row,
                        XK_LOCAL_POINTER const xk_uint *next, xk_uint i, int from, int until)
{
    const int length = (int)tile->wide, skew = (int)((xk_uint)(xk_ulong)line / (4 / XK_G) % XK_VEC);
    int first = (int)(xk_local_id() % XK_LINE) * XK_VEC;
    if (i == 0 && first == 0 && tile->begins)
        xk_write_some(line, row, -skew, -skew & (XK_VEC - 1));
    for (first += -skew & (XK_VEC - 1); first < length && first < until; first += XK_APART)
        if (first >= from) {
            if (first + XK_VEC <= length)
                *(XK_GLOBAL xk_word8 *)(line + first) = xk_take(row, (xk_uint)first);
            else if (i + 1 < tile->tall)
                *(XK_GLOBAL xk_word8 *)(line + first) = xk_take_both(row, next, (xk_uint)first, tile->wide);
            else
                xk_write_some(line, row, first, length);
        }
}
#else
XK_FN void xk_write_row(const xk_tile *tile, XK_GLOBAL XK_S(XK_O) *line, XK_LOCAL_POINTER const xk_uint *row)
{
    const int length = (int)tile->wide, own = (int)tile->own,
              skew = XK_OUT_FULL ? 0 : (int)((xk_uint)(xk_ulong)line / (4 / XK_G) % XK_UNIT);
    int first = (int)(xk_local_id() % XK_LINE) * XK_VEC + (tile->begins ? -skew : -skew & (XK_UNIT - 1));
    for (; XK_BEGIN < own; first += XK_APART)
        if (first >= 0 && first + XK_VEC <= length)
            *(XK_GLOBAL xk_word8 *)(line + first) = xk_take(row, (xk_uint)first);
        else
            xk_write_some(line, row, first, length);
}
#endif

XK_FN void xk_write(const xk_tile *tile, xk_index stride, XK_GLOBAL XK_S(XK_O) *to, XK_LOCAL_POINTER const xk_uint *parts)
{
    const xk_uint begin = xk_local_id() / XK_LINE;
    XK_GLOBAL XK_S(XK_O) *line = to + (xk_index)begin * stride;
    XK_LOCAL_POINTER const xk_uint *row = parts + XK_PLACE(begin);
#if XK_JOINED
    const int skew = (int)((xk_uint)(xk_ulong)to / (4 / XK_G)), own = (int)(tile->own * tile->wide);
    const int from = tile->begins ? 0 : -skew & (XK_UNIT - 1), until = own + (-(skew + own) & (XK_UNIT - 1));
#endif
    for (xk_uint i = begin; i < tile->tall; i += XK_LINES) {
#if XK_JOINED
        const int before = (int)(i * tile->wide);
        xk_write_row(tile, line, row, parts + XK_PLACE(i + 1), i, from - before, until - before);
#else
        xk_write_row(tile, line, row);
#endif
        line += XK_LINES * stride;
        row += XK_LINES / XK_G * XK_PITCH;
    }
}

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_TENSOR(const XK_S(XK_D0), x0), const xk_params params)
{
    XK_LOCAL xk_uint parts[XK_G * XK_QUADS * XK_PITCH + 2]; /* what is taken of the last row may go on behind it */
    const xk_params *p = &params;
    const int order[XK_RANK] = { XK_ORDER };
    xk_uint group = xk_group_id();
    xk_tile tile = { 0, 0, 0, 0, 0, 1 };
    XK_UNROLL
    for (int k = 0; k < XK_RANK; k++) {
        const int d = order[k], runs = d == (XK_JOINED ? XK_IN : XK_RANK - 1);
        const xk_uint next = k + 1 < XK_RANK ? xk_divide(group, p->tiles[d]) : 0;
        const xk_index c = (xk_index)(group - next * p->tiles[d].size) * (xk_index)p->step[d];
        const xk_uint left = p->size[d] - c < (xk_index)p->extent[d] ? (xk_uint)(p->size[d] - c) : p->extent[d];
        group = next;
        tile.in += c * p->in[d];
        tile.out += c * p->out[d];
        tile.tall = d == XK_IN ? left : tile.tall;
        tile.wide = d == XK_RANK - 1 ? left : tile.wide;
        tile.own = !runs ? tile.own : left < p->step[d] ? left : p->step[d];
        tile.begins = runs ? c == 0 : tile.begins;
    }
    const xk_index down = p->in[XK_RANK - 1];
    XK_GLOBAL const XK_S(XK_D0) *from = XK_POINTER(const XK_S(XK_D0), x0) + tile.in;
    const int inside = xk_is_inside(p, &tile, down);
    const xk_uint reads = xk_local_id() < XK_WG / XK_READERS * XK_READERS && xk_local_id() % XK_READERS * XK_PARTS * XK_G < tile.tall;
    if (reads && inside)
        xk_read(&tile, down, from, parts);
    if (reads)
        xk_read_rest(&tile, down, from, inside ? tile.wide / XK_G : 0, parts);
    xk_barrier();
    xk_write(&tile, p->out[XK_IN], XK_POINTER(XK_S(XK_O), out) + tile.out, parts);
}
