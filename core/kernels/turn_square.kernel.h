/* Picks words of the output where elements are small: a part of 4 bytes in local memory has XK_SQUARE elements of as many runs of the
 * output, which lie next to each other in the input. A work-item takes such a part of each of XK_DEEP rows, and exchanges rows and
 * columns in registers. Defines, besides those of turn.kernel.c:
 *   XK_SQUARE   elements of a part; 0: elements are picked one by one. Or 2 of one byte, where a part has those of two rows
 *   XK_DEEP     rows, which are so many elements of an output's run, and whole words of 8 bytes
 *   XK_WOVEN    the runs themselves have so many elements, and lie side by side: the square is one word of 8 or 16 bytes
 *   XK_SIDE     squares side by side among 32 work-items; the others follow along the runs */

#include "exchange.kernel.h"

#define XK_BLOCK (32 / XK_SIDE)
#define XK_PER_PART (4 / XK_BYTES)
#define XK_READ (XK_DEEP * XK_SQUARE / XK_PER_PART) /* parts of a square */
#define XK_APART (XK_SQUARE == XK_PER_PART ? XK_STEP / XK_PER_PART : 1)

/* The square's columns, one after the other. */
XK_FN void xk_turn_square(const xk_uint *row, xk_uint *out)
{
#if XK_SQUARE == 2 && XK_WO == XK_VEC
    XK_UNROLL
    for (int h = 0; h < XK_DEEP / 4; h++) {
        out[h] = xk_permute(row[2 * h], row[2 * h + 1], 0x6420);
        out[h + XK_DEEP / 4] = xk_permute(row[2 * h], row[2 * h + 1], 0x7531);
    }
#elif XK_SQUARE == 2
    XK_UNROLL
    for (int h = 0; h < XK_DEEP / 2; h++) {
        out[h] = xk_permute(row[2 * h], row[2 * h + 1], 0x5410);
        out[h + XK_DEEP / 2] = xk_permute(row[2 * h], row[2 * h + 1], 0x7632);
    }
#elif XK_DEEP == 2
    out[0] = xk_permute(row[0], row[1], 0x5140);
    out[1] = xk_permute(row[0], row[1], 0x7362);
#else
    XK_UNROLL
    for (int h = 0; h < XK_DEEP / 4; h++)
        xk_exchange_bytes(row + 4 * h, out + h, XK_DEEP / 4);
#endif
}

XK_FN void xk_put_words(XK_GLOBAL XK_S(XK_O) *to, const xk_uint *part, const int parts)
{
    if (parts == 4) {
        xk_word16 word;
        word.x = part[0];
        word.y = part[1];
        word.z = part[2];
        word.w = part[3];
        *(XK_GLOBAL xk_word16 *)to = word;
    } else {
        xk_word8 word;
        word.x = part[0];
        word.y = part[1];
        *(XK_GLOBAL xk_word8 *)to = word;
    }
}

/* What a group has of the output, whose place `at_out` is. */
XK_FN void xk_write_squares(const xk_params *p, const xk_uint *left, xk_index at_out, XK_LOCAL_POINTER const xk_uint *parts,
                            XK_GLOBAL XK_S(XK_O) *gout)
{
    const int out_dims[XK_BOX] = { XK_OUT_DIMS }, along = out_dims[0], across = out_dims[1];
    const xk_uint item = xk_local_id() % 32;
    for (xk_uint q = xk_local_id() / 32; q < p->out_count; q += XK_WG / 32) {
        const xk_uint runs = xk_divide(q, p->parts), square = runs * XK_SIDE + item % XK_SIDE;
        const xk_uint first = ((q - runs * p->parts.size) * XK_BLOCK + item / XK_SIDE) * XK_DEEP;
        xk_uint rest = XK_BOX > 2 ? xk_divide(square, p->squares) : 0;
        const xk_uint column = (square - rest * p->squares.size) * XK_SQUARE;
        xk_uint origin = column + first * XK_STEP, row[XK_READ], turned[XK_READ];
        xk_index to = at_out + column * p->out[across] + first;
        int there = column < left[across] && first < left[along];
        XK_PLACES(out_dims, 2, to += c * p->out[d]; origin += c * p->apart[d];)
        if (!there)
            continue;
        XK_UNROLL
        for (int k = 0; k < XK_READ; k++)
            row[k] = parts[origin / XK_PER_PART + k * XK_APART];
        xk_turn_square(row, turned);
#if XK_WOVEN
        xk_put_words(gout + to, turned, XK_DEEP);
#else
        XK_UNROLL
        for (int j = 0; j < XK_SQUARE; j++)
            xk_put_words(gout + (to + j * p->out[across]), turned + j * (XK_DEEP / XK_PER_PART), XK_DEEP / XK_PER_PART);
#endif
    }
}
