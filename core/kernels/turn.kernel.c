/* Moves elements whose order in the output is another than in the input. A group takes a box of up to four dimensions, such that
 * it is made of long runs both in the input, which it copies into local memory by the words that they lie in, and in the output, for
 * which it picks elements there. A vector of the output that two boxes have a part of is written by the first, whose local memory goes
 * on as far as that takes. Dimensions are counted outermost first, as the output has them. Defines, besides those of the dialect and
 * of operands.kernel.h:
 *   XK_BOX                 dimensions of the box
 *   XK_IN_DIMS XK_OUT_DIMS these, with those along a run of the input, or of the output, first
 *   XK_ORDER               all dimensions, that in which groups that follow each other go on first
 *   XK_IN_RUN XK_OUT_RUN   so many of them make a run: one, or two of which the first is whole
 *   XK_STAGED              4-byte parts of local memory
 *   XK_FULL                runs of the output begin at multiples of a unit
 *   XK_UNIT                elements that only one box writes, from a multiple of them on
 *   XK_STEP                elements of local memory from one of a run of the output to the next
 *   XK_LEVEL               runs of the input are whole words of memory
 *   XK_AHEAD               words of the input that a work-item asks for before it uses the first
 *   XK_SPREAD              after so many bytes of a run local memory has a part that is not used; 0: nowhere
 *   XK_STAIR               likewise after so many runs that follow each other along the output's; 0: nowhere
 *   XK_RUN_BYTES           16, of a word
 *   XK_SQUARE              elements are picked as turn_square.kernel.h says; 0: as turn_pick.kernel.h does */
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
#define XK_FRONT 4 /* parts in front of the first run, whose first word may have others */
/* Bytes of the part that a run at an address begins in which lie in front of it, in memory and in local memory. */
#define XK_LEAD(address) (XK_BYTES < 4 && !XK_LEVEL ? (address)&3 : 0)
#define XK_ALIGN (128 / XK_BYTES) /* elements whose multiples a line begins at */
/* Elements of local memory in front of number `c` of the runs along the output's that are not used. It may be below 0, by a line. */
#define XK_STAIRS(c) \
    (XK_STAIR ? (((int)(c) + XK_ALIGN) / (XK_STAIR ? XK_STAIR : 1) - XK_ALIGN / (XK_STAIR ? XK_STAIR : 1)) * (XK_BYTES < 4 ? 4 / XK_BYTES : 1) : 0)

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
#define XK_IN_PLACES(rest) \
    XK_PLACES(in_dims, XK_IN_RUN, from += c * p->in[d]; to += c * p->apart[d] + (d == out_dims[0] ? XK_STAIRS(c) : 0);)
#define XK_OUT_PLACES(rest) \
    XK_PLACES(out_dims, XK_OUT_RUN, to += c * p->out[d]; origin += c * p->apart[d]; from += XK_IN_RUN_HAS(d) ? 0 : c * p->in[d];)

#define XK_IN_RUN_HAS(d) (in_dims[0] == (d) || (XK_IN_RUN > 1 && in_dims[XK_IN_RUN - 1] == (d)))

#if XK_SQUARE
#include "turn_square.kernel.h"
#else
#include "turn_pick.kernel.h"
#endif

/* A word of the input that a part of a run lies in. */
typedef struct xk_source {
    XK_GLOBAL const char *word;
    xk_index from; /* the run's first element */
    int element;   /* of the run that the word begins with; before the run where it is negative */
    xk_uint to;    /* where its parts go in local memory */
    int there, whole; /* it has something of the box; all of it may be read */
} xk_source;

/* The n-th word of the box. */
XK_FN xk_source xk_find_word(const xk_params *p, const xk_uint *left, xk_index at_in, xk_uint in_length, XK_GLOBAL const XK_S(XK_D0) *g0,
                             xk_uint n)
{
    const int in_dims[XK_BOX] = { XK_IN_DIMS }, out_dims[XK_BOX] = { XK_OUT_DIMS };
    const xk_uint run = xk_divide(n, p->in_words), word = n - run * p->in_words.size;
    xk_uint rest = run, to = 0; /* elements of local memory */
    xk_index from = at_in;
    int there = n < p->in_count;
    XK_IN_PLACES(rest)
    const xk_uint skew = XK_LEVEL ? 0 : (xk_uint)(xk_ulong)(g0 + from) & (XK_RUN_BYTES - 1);
    const int part = (int)(word * (XK_RUN_BYTES / 4)) - (int)(skew / 4); /* of the run, the first being the one that it begins in */
    xk_source source;
    source.from = from;
    source.element = ((int)(word * XK_RUN_BYTES) - (int)skew) / XK_BYTES;
    source.word = (XK_GLOBAL const char *)(g0 + from) + source.element * XK_BYTES;
    source.to = XK_FRONT + to * XK_BYTES / 4 + (xk_uint)part + (XK_SPREAD ? (xk_uint)part * 4 / XK_SPREAD : 0);
    source.there = there && source.element < (int)in_length;
    source.whole = source.there && (XK_LEVEL || (source.word >= (XK_GLOBAL const char *)(g0 + p->low) &&
                                                 source.word + XK_RUN_BYTES <= (XK_GLOBAL const char *)(g0 + p->high)));
    return source;
}

/* At the ends of the input's memory, where not all of a word may be read. */
XK_FN void xk_read_elements(const xk_source *source, xk_uint in_length, XK_GLOBAL const XK_S(XK_D0) *g0, XK_LOCAL_POINTER XK_S(XK_O) *v)
{
    const int before = source->element < 0 ? -source->element : 0;
    for (int k = before; k < XK_RUN && source->element + k < (int)in_length; k++) {
        xk_uint n = (xk_uint)k;
        XK_UNKNOWN(n); /* else several are loaded at once, wherever they begin */
        v[(xk_uint)(source->to * 4 / XK_BYTES) + n] = g0[source->from + (xk_index)(source->element + (int)n)];
    }
}

/* Work-items that go together begin with different parts of their words, as these lie four banks apart. */
XK_FN void xk_put_parts(XK_LOCAL_POINTER xk_uint *to, const xk_word16 word)
{
    const xk_uint turn = xk_local_id() / 8 % 4, part[4] = { XK_RUN_SPLIT(word) };
    xk_uint once[4];
    XK_UNROLL
    for (int i = 0; i < 4; i++)
        once[i] = turn & 1 ? part[(i + 1) % 4] : part[i];
    XK_UNROLL
    for (int i = 0; i < 4; i++)
        to[(i + turn) % 4] = turn & 2 ? once[(i + 2) % 4] : once[i];
}

XK_FN void xk_read_box(const xk_params *p, const xk_uint *left, xk_index at_in, xk_uint in_length, XK_GLOBAL const XK_S(XK_D0) *g0,
                       XK_LOCAL_POINTER xk_uint *parts, XK_LOCAL_POINTER XK_S(XK_O) *v)
{
    for (xk_uint q = xk_local_id(); q < p->in_count; q += XK_AHEAD * XK_WG) {
        xk_word16 words[XK_AHEAD];
        xk_uint to[XK_AHEAD];
        int whole = 0, missed = 0;
        XK_UNROLL
        for (int a = 0; a < XK_AHEAD; a++) {
            const xk_source source = xk_find_word(p, left, at_in, in_length, g0, q + a * XK_WG);
            whole |= source.whole << a;
            missed |= (source.there && !source.whole) << a;
            to[a] = source.to;
            if (source.whole)
                words[a] = *(XK_GLOBAL const xk_word16 *)source.word;
        }
        XK_UNROLL
        for (int a = 0; a < XK_AHEAD; a++)
            if (whole >> a & 1)
                xk_put_parts(parts + to[a], words[a]);
        for (int a = 0; missed >> a; a++)
            if (missed >> a & 1) {
                const xk_source source = xk_find_word(p, left, at_in, in_length, g0, q + a * XK_WG);
                xk_read_elements(&source, in_length, g0, v);
            }
    }
}

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_TENSOR(const XK_S(XK_D0), x0), const xk_params params)
{
    XK_LOCAL union {
        xk_uint part[XK_STAGED];
        XK_S(XK_O) v[XK_STAGED * 4 / sizeof(XK_S(XK_O))];
    } staged;
    const xk_params *p = &params;
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_GLOBAL const XK_S(XK_D0) *g0 = XK_POINTER(const XK_S(XK_D0), x0);
    const int in_dims[XK_BOX] = { XK_IN_DIMS }, out_dims[XK_BOX] = { XK_OUT_DIMS }, order[XK_RANK] = { XK_ORDER };
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
        begins &= d != out_dims[XK_OUT_RUN - 1] || c == 0;
        left[d] = p->size[d] - c < (xk_index)p->extent[d].size ? (xk_uint)(p->size[d] - c) : p->extent[d].size;
    }
    const xk_uint in_length = left[in_dims[0]] * (XK_IN_RUN > 1 ? left[in_dims[1]] : 1);
    xk_read_box(p, left, at_in, in_length, g0, staged.part, staged.v);
    xk_barrier();
#if XK_SQUARE
    xk_write_squares(p, left, at_out, staged.part + XK_FRONT, gout);
#else
    xk_write_picked(p, left, at_out, begins, g0 + at_in, staged.v + XK_FRONT * 4 / XK_BYTES, gout);
#endif
}
