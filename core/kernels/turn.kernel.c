/* Moves elements whose order in the output is another than in the input. A group takes a box of up to four dimensions, such that
 * it is made of long runs both in the input, which it copies into local memory as they come, and in the output, for which it
 * picks elements there. A vector of the output that two boxes have a part of is written by the first, whose local memory goes on
 * as far as that takes. Dimensions are counted outermost first, as the output has them. Defines, besides those of the dialect
 * and of operands.kernel.h:
 *   XK_BOX                 dimensions of the box
 *   XK_IN_DIMS XK_OUT_DIMS these, with those along a run of the input, or of the output, first
 *   XK_ORDER               all dimensions, that in which groups that follow each other go on first
 *   XK_IN_RUN XK_OUT_RUN   so many of them make a run: one, or two of which the first is whole
 *   XK_STAGED              4-byte parts of local memory for elements
 *   XK_PITCH               of them from a run of the input to the next
 *   XK_SIDE                runs of the output that 32 work-items write side by side
 *   XK_FULL                runs of the output begin at multiples of a unit
 *   XK_UNIT                elements that only one box writes, from a multiple of them on
 *   XK_STEP                elements of local memory from one of a run of the output to the next
 *   XK_LEVEL               where XK_RUN_BYTES, its words are memory's, whole ones
 *   XK_AHEAD               words of the input that a work-item asks for before it uses the first
 *   XK_RUN_BYTES           16 where elements are small: words of that size are read, from any byte on, and their places worked out one
 *                          by one; else 0, and elements are read. Then besides
 *   XK_IN_RUNS XK_OUT_RUNS runs of the input in a box, and of the output; XK_IN_TABLE XK_OUT_TABLE: at least, whole turns
 *   XK_LANES XK_ROWS       work-items side by side in a run of the input; in so many runs */
#include XK_OPERATOR
#include "operands.kernel.h"
#include "run.kernel.h"
#include "divide.kernel.h"

typedef struct xk_params {
    xk_long low, high;                                 /* elements of the input's memory, from its first */
    xk_index size[XK_RANK], in[XK_RANK], out[XK_RANK]; /* strides in elements */
    xk_divisor tiles[XK_RANK], extent[XK_RANK];        /* of the box in local memory; 1 in dimensions that it lacks */
    xk_uint step[XK_RANK];                             /* from a box to the next */
    xk_divisor squares; /* in a run of the input, where XK_SQUARE */
    xk_divisor in_words, parts;                        /* words of 16 bytes in a run of the input; 32 work-items' parts of an output's */
    xk_uint apart[XK_RANK];                            /* strides in local memory */
    xk_uint in_count, out_count;                       /* words of all runs of the input; parts of all of the output's */
} xk_params;

#define XK_BYTES ((int)sizeof(XK_S(XK_O)))
#define XK_BLOCK (32 / XK_SIDE)
#define XK_ALIGN (8 * XK_VEC) /* elements whose multiples a block begins at */
#define XK_BEGIN (XK_FULL ? first : first - ((first + skew) & (XK_UNIT - 1))) /* of the unit that a vector is in */

/* Splits `rest` into the places of those dimensions of the box that are not along a run. */
#define XK_PLACES(dims, run, body) \
    XK_UNROLL \
    for (int i = run; i < XK_BOX; i++) { \
        const int d = dims[i]; \
        const xk_uint next = i + 1 < XK_BOX ? xk_divide(rest, p->extent[d]) : 0; \
        const xk_uint c = rest - next * p->extent[d].size; \
        rest = next; \
        there &= c < left[d]; \
        body \
    }
#define XK_IN_PLACES(rest) XK_PLACES(in_dims, XK_IN_RUN, from += c * p->in[d];)
#define XK_OUT_PLACES(rest) XK_PLACES(out_dims, XK_OUT_RUN, to += c * p->out[d]; origin += c * p->apart[d];)

/* To the next element of a run of the output. */
#define XK_NEXT \
    at += XK_STEP; \
    if (XK_OUT_RUN > 1 && ++turn == p->extent[inner].size) { \
        turn = 0; \
        at += p->apart[outer] - p->extent[inner].size * XK_STEP; \
    }

#if XK_SQUARE
#include "turn_square.kernel.h"
#endif

#if XK_RUN_BYTES
/* The n-th word of the box as it comes from the input. */
#define XK_FIND_WORD(n) \
    const xk_uint run = xk_divide(n, p->in_words), word = (n) - run * p->in_words.size, to = run * XK_PITCH + word * 4; \
    xk_uint rest = run; \
    xk_index from = at_in + word * XK_RUN; \
    int there = (n) < p->in_count && word * XK_RUN < in_length; \
    XK_IN_PLACES(rest)

XK_FN void xk_read_box(const xk_params *p, const xk_uint *left, xk_index at_in, xk_uint in_length, XK_GLOBAL const XK_S(XK_D0) *g0,
                       XK_LOCAL_POINTER xk_uint *parts, XK_LOCAL_POINTER XK_S(XK_O) *v)
{
    const int in_dims[XK_BOX] = { XK_IN_DIMS };
    for (xk_uint q = xk_local_id(); q < p->in_count; q += XK_AHEAD * XK_WG) {
        xk_run_words words[XK_AHEAD];
        xk_uint staged_at[XK_AHEAD];
        int loaded[XK_AHEAD], missed = 0;
        XK_UNROLL
        for (int a = 0; a < XK_AHEAD; a++) {
            XK_FIND_WORD(q + a * XK_WG)
            loaded[a] = there && (XK_LEVEL || xk_run_inside(g0 + from, g0 + p->low, g0 + p->high));
            missed |= (there && !loaded[a]) << a;
            staged_at[a] = to;
#if XK_LEVEL
            if (there)
                words[a].low = *(XK_GLOBAL const XK_RUN_WORD *)(g0 + from);
#else
            xk_run_fetch(g0 + from, loaded[a], words + a);
#endif
        }
        XK_UNROLL
        for (int a = 0; a < XK_AHEAD; a++) {
#if XK_LEVEL
            const xk_uint part[4] = { XK_RUN_SPLIT(words[a].low) };
#else
            xk_uint part[4];
            xk_run_align(words + a, part);
#endif
            XK_UNROLL
            for (int i = 0; i < 4; i++)
                if (loaded[a])
                    parts[staged_at[a] + i] = part[i];
        }
        for (int a = 0; missed >> a; a++) /* at the ends of the input's memory */
            if (missed >> a & 1) {
                XK_FIND_WORD(q + a * XK_WG)
                for (xk_uint k = 0; there && k < XK_RUN && word * XK_RUN + k < in_length; k++)
                    v[to * 4 / XK_BYTES + k] = g0[from + (xk_index)k]; /* which may be negative */
            }
    }
}
#else
#define XK_NOWHERE ((xk_index)1 << (8 * sizeof(xk_index) - 1)) /* of a run: outside */

XK_FN void xk_find_runs(const xk_params *p, const xk_uint *left, xk_index at_in, xk_index at_out, XK_LOCAL_POINTER xk_index *sources,
                        XK_LOCAL_POINTER xk_index *places, XK_LOCAL_POINTER xk_uint *origins)
{
    const int in_dims[XK_BOX] = { XK_IN_DIMS }, out_dims[XK_BOX] = { XK_OUT_DIMS };
    for (xk_uint run = xk_local_id(); run < XK_IN_TABLE; run += XK_WG) {
        xk_uint rest = run;
        xk_index from = at_in;
        int there = run < XK_IN_RUNS;
        XK_IN_PLACES(rest)
        sources[run] = there ? from : XK_NOWHERE;
    }
    for (xk_uint run = xk_local_id(); run < XK_OUT_TABLE; run += XK_WG) {
        xk_uint rest = run, origin = 0;
        xk_index to = at_out;
        int there = run < XK_OUT_RUNS;
        XK_OUT_PLACES(rest)
        places[run] = there ? to : XK_NOWHERE;
        origins[run] = origin;
    }
}

/* Each work-item reads one place in some of the runs. */
XK_FN void xk_read_runs(XK_GLOBAL const XK_S(XK_D0) *g0, XK_LOCAL_POINTER const xk_index *sources, XK_LOCAL_POINTER XK_S(XK_O) *v,
                        xk_uint in_length)
{
    if (xk_local_id() / XK_LANES >= XK_ROWS)
        return;
    for (xk_uint place = xk_local_id() % XK_LANES; place < in_length; place += XK_LANES)
        for (xk_uint run = xk_local_id() / XK_LANES; run < XK_IN_RUNS; run += XK_AHEAD * XK_ROWS) {
            XK_S(XK_O) element[XK_AHEAD];
            int there[XK_AHEAD];
            XK_UNROLL
            for (int a = 0; a < XK_AHEAD; a++) {
                const xk_index from = sources[run + a * XK_ROWS];
                there[a] = from != XK_NOWHERE;
                if (there[a])
                    element[a] = g0[from + (xk_index)place];
            }
            XK_UNROLL
            for (int a = 0; a < XK_AHEAD; a++)
                if (there[a])
                    v[(run + a * XK_ROWS) * (XK_PITCH * 4 / XK_BYTES) + place] = element[a];
        }
}
#endif

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_TENSOR(const XK_S(XK_D0), x0), const xk_params params)
{
    XK_LOCAL union {
        xk_uint part[XK_STAGED];
        XK_S(XK_O) v[XK_STAGED * 4 / sizeof(XK_S(XK_O))];
    } staged;
#if !XK_RUN_BYTES
    XK_LOCAL xk_index sources[XK_IN_TABLE], places[XK_OUT_TABLE];
    XK_LOCAL xk_uint origins[XK_OUT_TABLE]; /* of the output's runs in local memory */
#endif
    const xk_params *p = &params;
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_GLOBAL const XK_S(XK_D0) *g0 = XK_POINTER(const XK_S(XK_D0), x0);
    const int in_dims[XK_BOX] = { XK_IN_DIMS }, out_dims[XK_BOX] = { XK_OUT_DIMS }, order[XK_RANK] = { XK_ORDER };
    const int inner = out_dims[0], outer = out_dims[XK_OUT_RUN - 1];
    xk_uint left[XK_RANK], group = xk_group_id();
    xk_index at_in = 0, at_out = 0;
    int begins = 1; /* runs of the output are at their dimension's start */
    XK_UNROLL
    for (int i = 0; i < XK_RANK; i++) {
        const int d = order[i];
        const xk_uint next = i + 1 < XK_RANK ? xk_divide(group, p->tiles[d]) : 0;
        const xk_index c = (xk_index)(group - next * p->tiles[d].size) * (xk_index)p->step[d];
        group = next;
        at_in += c * p->in[d];
        at_out += c * p->out[d];
        begins &= d != outer || c == 0;
        left[d] = p->size[d] - c < (xk_index)p->extent[d].size ? (xk_uint)(p->size[d] - c) : p->extent[d].size;
    }
    const xk_uint in_length = left[in_dims[0]] * (XK_IN_RUN > 1 ? left[in_dims[1]] : 1);
#if XK_RUN_BYTES
    xk_read_box(p, left, at_in, in_length, g0, staged.part, staged.v);
#else
    xk_find_runs(p, left, at_in, at_out, sources, places, origins);
    xk_barrier();
    xk_read_runs(g0, sources, staged.v, in_length);
#endif
    xk_barrier();

#if XK_SQUARE
    xk_write_squares(p, left, at_out, staged.part, gout);
#else
    const xk_uint own = left[outer] < p->step[outer] ? left[outer] : p->step[outer];
    const int own_length = (int)(XK_OUT_RUN > 1 ? left[inner] * own : own);
    const int out_length = (int)(XK_OUT_RUN > 1 ? left[inner] * left[outer] : left[inner]);
    const xk_uint item = xk_local_id() % 32;
    for (xk_uint q = xk_local_id() / 32; q < p->out_count; q += XK_WG / 32) {
        const xk_uint runs = xk_divide(q, p->parts), run = runs * XK_SIDE + item / XK_BLOCK, block = q - runs * p->parts.size;
#if XK_RUN_BYTES
        xk_uint rest = run, origin = 0;
        xk_index to = at_out;
        int there = 1;
        XK_OUT_PLACES(rest)
#else
        const xk_uint origin = origins[run];
        const xk_index to = places[run];
        const int there = to != XK_NOWHERE;
#endif
        const int skew = XK_FULL ? 0 : (int)((xk_uint)(xk_ulong)(gout + to) / XK_BYTES % XK_ALIGN);
        if (!there)
            continue;
        int first = (int)(block * XK_BLOCK + item % XK_BLOCK) * XK_VEC - skew;
        for (; XK_BEGIN < own_length; first += p->parts.size * XK_BLOCK * XK_VEC) {
            if (XK_BEGIN < 0 && !begins)
                continue; /* the box before has all of this unit */
            const xk_uint start = first < 0 ? 0 : first;
            const xk_uint turns = XK_OUT_RUN > 1 ? xk_divide(start, p->extent[inner]) : 0;
            xk_uint turn = start - turns * p->extent[inner].size;
            xk_uint at = origin + turn * XK_STEP + turns * p->apart[outer];
            if (first >= 0 && first + XK_VEC <= out_length) {
                union {
                    XK_CAT(xk_word, XK_WO) word;
                    XK_ARRAY(XK_S(XK_O), v);
                } result;
                XK_UNROLL
                for (int k = 0; k < XK_VEC; k++) {
                    result.v[k] = staged.v[at];
                    XK_NEXT
                }
                *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(gout + to + first) = result.word;
            } else {
                XK_UNROLL
                for (int k = 0; k < XK_VEC; k++)
                    if (first + k >= 0 && first + k < out_length) {
                        gout[to + first + k] = staged.v[at];
                        XK_NEXT
                    }
            }
        }
    }
#endif
}
