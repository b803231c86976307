/* Picks elements of the output one by one. A vector's places in local memory are worked out once for all vectors that have the same ones
 * but for a distance. Defines, besides those of turn.kernel.c:
 *   XK_LINE      work-items side by side in a run of the output
 *   XK_REPEATED  how vectors of a work-item follow each other that have the same places: 1 along a run, 2 from run to run, 3 all of them,
 *                0 not at all
 *   XK_ALIKE     elements, of a vector or of a unit: of their multiples runs of a work-item begin equally far
 *   XK_OUT_RUNS  runs of the output in a box
 *   XK_INNER XK_OUTER  where a run has two dimensions: elements of the first, and distance in local memory of the second's
 *   XK_SMALL     bytes of an element, 0 where they are 4 and more
 *   XK_AGAIN     elements of local memory from a vector to the next that has the same places along a run; of 3 to the very next */

#define XK_SIDES (XK_WG / XK_LINE) /* runs that a group writes at once */
#define XK_FURTHER (XK_LINE * XK_VEC)
#define XK_BEGIN (XK_FULL ? first : first - ((first + skew) & (XK_UNIT - 1))) /* of the unit that a vector is in */
#define XK_LIFTED ((XK_ALIGN + XK_INNER - 1) / XK_INNER)
#define XK_SPREAD_BITS 7 /* of 128 bytes, below which what stands before the run is rounded down, too */

/* Where the elements of a vector are whose first one has number `first` in its run, which may be below 0: in local memory from `origin`
 * on, and, of the input, from `from` on. */
XK_FN void xk_find_places(const xk_params *p, int first, xk_uint origin, XK_GLOBAL const XK_S(XK_D0) *from, int *place)
{
    const int in_dims[XK_BOX] = { XK_IN_DIMS }, out_dims[XK_BOX] = { XK_OUT_DIMS }, inner = out_dims[0], outer = out_dims[XK_OUT_RUN - 1];
    const xk_uint lifted = XK_OUT_RUN > 1 ? (xk_uint)(first + XK_LIFTED * XK_INNER) : 0, turns = lifted / XK_INNER;
    const xk_uint apart = XK_IN_RUN_HAS(inner) ? 0 : (xk_uint)p->in[inner] * XK_BYTES; /* of runs of the input, and of their first bytes */
    const xk_uint further = XK_OUT_RUN < 2 || XK_IN_RUN_HAS(outer) ? 0 : (xk_uint)p->in[outer] * XK_BYTES;
    xk_uint turn = lifted - turns * XK_INNER;
    int row = (int)turns - XK_LIFTED;
    XK_UNROLL
    for (int k = 0; k < XK_VEC; k++) {
        const int c = XK_OUT_RUN > 1 ? (int)turn : first + k, o = XK_OUT_RUN > 1 ? row : 0;
        const int at = (int)origin + c * (int)XK_STEP + o * (int)XK_OUTER + (int)XK_STAIRS(c);
        xk_uint address = (xk_uint)(xk_ulong)from + (xk_uint)c * apart + (xk_uint)o * further;
        XK_UNKNOWN(address); /* of one bit of a product, which is all that counts, some compilers make nothing */
        place[k] = at + (int)XK_LEAD(address) / XK_BYTES;
        if (XK_SPREAD)
            place[k] += (at * XK_BYTES >> XK_SPREAD_BITS) * (4 / XK_BYTES);
        if (XK_OUT_RUN > 1 && ++turn == XK_INNER) {
            turn = 0;
            row++;
        }
    }
}

typedef union xk_picked {
    XK_CAT(xk_word, XK_WO) word;
    xk_uint part[XK_WO / 4];
    XK_ARRAY(XK_S(XK_O), v);
} xk_picked;

/* A vector of a run at `to`; its first element has number `first`, those before the run and behind it are left out. */
XK_FN void xk_put_vector(XK_GLOBAL XK_S(XK_O) *to, int first, int length, XK_LOCAL_POINTER const XK_S(XK_O) *v, const int *place)
{
    if (first >= 0 && first + XK_VEC <= length) {
        xk_picked picked;
#if XK_SMALL == 1
        XK_UNROLL
        for (int h = 0; h < XK_VEC / 4; h++)
            picked.part[h] = xk_permute(xk_permute((xk_uint)v[place[4 * h]], (xk_uint)v[place[4 * h + 1]], 0x5140),
                                        xk_permute((xk_uint)v[place[4 * h + 2]], (xk_uint)v[place[4 * h + 3]], 0x5140), 0x5410);
#elif XK_SMALL == 2
        XK_UNROLL
        for (int h = 0; h < XK_VEC / 2; h++)
            picked.part[h] = xk_permute((xk_uint)v[place[2 * h]], (xk_uint)v[place[2 * h + 1]], 0x5410);
#else
        XK_UNROLL
        for (int k = 0; k < XK_VEC; k++)
            picked.v[k] = v[place[k]];
#endif
        *(XK_GLOBAL XK_CAT(xk_word, XK_WO) *)(to + first) = picked.word;
    } else {
        XK_UNROLL
        for (int k = 0; k < XK_VEC; k++)
            if (first + k >= 0 && first + k < length)
                to[first + k] = v[place[k]];
    }
}

/* A run of the output that the group has a part of. */
typedef struct xk_target {
    xk_index to;
    xk_uint origin; /* in local memory */
    XK_GLOBAL const XK_S(XK_D0) *from; /* the run of the input that its first element is of */
    int there, skew;
} xk_target;

XK_FN xk_target xk_find_run(const xk_params *p, const xk_uint *left, xk_index at_out, XK_GLOBAL const XK_S(XK_D0) *input,
                            XK_GLOBAL XK_S(XK_O) *gout, xk_uint run)
{
    const int in_dims[XK_BOX] = { XK_IN_DIMS }, out_dims[XK_BOX] = { XK_OUT_DIMS };
    xk_uint rest = run, origin = 0;
    xk_index to = at_out, from = 0;
    int there = run < XK_OUT_RUNS;
    XK_OUT_PLACES(rest)
    xk_target target;
    target.to = to;
    target.from = input + from;
    target.origin = origin;
    target.there = there;
    target.skew = XK_FULL ? 0 : (int)((xk_uint)(xk_ulong)(gout + to) / XK_BYTES % XK_ALIGN);
    return target;
}

/* What a group has of the output, whose place `at_out` is, and of the input, from `input` on; `begins`: its runs are at their dimension's
 * start. */
XK_FN void xk_write_picked(const xk_params *p, const xk_uint *left, xk_index at_out, int begins, XK_GLOBAL const XK_S(XK_D0) *input,
                           XK_LOCAL_POINTER const XK_S(XK_O) *v, XK_GLOBAL XK_S(XK_O) *gout)
{
    const int out_dims[XK_BOX] = { XK_OUT_DIMS }, inner = out_dims[0], outer = out_dims[XK_OUT_RUN - 1];
    const xk_uint own = left[outer] < p->step[outer] ? left[outer] : p->step[outer];
    const int own_length = (int)(XK_OUT_RUN > 1 ? left[inner] * own : own);
    const int length = (int)(XK_OUT_RUN > 1 ? left[inner] * left[outer] : left[inner]);
    const int column = (int)(xk_local_id() % XK_LINE) * XK_VEC;
    const xk_uint side = xk_local_id() / XK_LINE;
    int place[XK_VEC];
    if (side >= XK_SIDES)
        return;
#if XK_REPEATED == 2
    const int next = out_dims[XK_OUT_RUN]; /* the only dimension that surrounds the runs */
    const xk_target begin = xk_find_run(p, left, at_out, input, gout, side);
    const xk_index further = (xk_index)XK_SIDES * p->out[next];
    const int skewed = (int)((xk_uint)further % XK_ALIGN);
    for (int first = column - begin.skew % XK_ALIKE; first < own_length + XK_UNIT; first += XK_FURTHER) {
        XK_GLOBAL XK_S(XK_O) *to = gout + begin.to;
        XK_LOCAL_POINTER const XK_S(XK_O) *from = v;
        int skew = begin.skew;
        xk_find_places(p, first, begin.origin, begin.from, place);
        for (xk_uint run = side; run < left[next]; run += XK_SIDES) {
            if (XK_BEGIN < own_length && (XK_BEGIN >= 0 || begins))
                xk_put_vector(to, first, length, from, place);
            to += further;
            from += XK_SIDES * p->apart[next];
            skew += XK_FULL ? 0 : skewed;
        }
    }
#elif XK_REPEATED == 3
    int placed = 0; /* the vector that the places are of */
    for (xk_uint run = side; run < XK_OUT_RUNS; run += XK_SIDES) {
        const xk_target target = xk_find_run(p, left, at_out, input, gout, run);
        const int skew = target.skew % XK_UNIT;
        if (!target.there)
            continue;
        if (run == side) {
            placed = column + (-skew & (XK_VEC - 1));
            xk_find_places(p, placed, 0, target.from, place);
        }
        for (int first = column + (begins ? -skew : -skew & (XK_UNIT - 1)); XK_BEGIN < own_length; first += XK_FURTHER)
            xk_put_vector(gout + target.to, first, length, v + ((int)target.origin + (first - placed) / XK_VEC * (int)XK_AGAIN),
                              place);
    }
#else
    for (xk_uint run = side; run < XK_OUT_RUNS; run += XK_SIDES) {
        const xk_target target = xk_find_run(p, left, at_out, input, gout, run);
        const int skew = target.skew;
        int first = column - skew;
        XK_LOCAL_POINTER const XK_S(XK_O) *from = v;
        if (!target.there)
            continue;
        if (XK_REPEATED)
            xk_find_places(p, first, target.origin, target.from, place);
        for (; XK_BEGIN < own_length; first += XK_FURTHER) {
            if (!XK_REPEATED)
                xk_find_places(p, first, target.origin, target.from, place);
            if (XK_BEGIN >= 0 || begins) /* else the box before has all of this unit */
                xk_put_vector(gout + target.to, first, length, from, place);
            from += XK_REPEATED ? XK_AGAIN : 0;
        }
    }
#endif
}
