/* The pass over a row that reduces it, for reduce.kernel.c and map.kernel.c: a statement block that leaves what this
 * work-item saw in `acc`. Every element of a vector has an accumulator of its own, so that none waits for another. */

#define XK_TAKE(vector) \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        seen[k] = xk_combine(seen[k], xk_lift(XK_CONVERT(0, vector.v[k])));

#define XK_BEGIN_GATHER \
    xk_acc seen[XK_VEC]; \
    XK_UNROLL \
    for (int k = 0; k < XK_VEC; k++) \
        seen[k] = xk_identity();

#define XK_END_GATHER \
    XK_UNROLL \
    for (int width = XK_VEC / 2; width > 0; width /= 2) { \
        XK_UNROLL \
        for (int k = 0; k < width; k++) \
            seen[k] = xk_combine(seen[k], seen[k + width]); \
    } \
    xk_acc acc = seen[0];

/* All vectors are asked for before the first is used; a branch around each would make some compilers wait for each. */
#define XK_INSIDE(e) (XK_EXACT || (alive && (e) < p.length))
#define XK_GATHER_TURNS(kept) \
    XK_UNROLL \
    for (int turn = 0; turn < XK_TURNS; turn++) { \
        const xk_index e = (turn * XK_TPR + lane) * XK_VEC; \
        if (XK_INSIDE(e)) { \
            XK_LOAD_ROW(0, kept[turn], e) \
        } \
    } \
    XK_UNROLL \
    for (int turn = 0; turn < XK_TURNS; turn++) { \
        if (XK_INSIDE((turn * XK_TPR + lane) * XK_VEC)) { \
            XK_TAKE(kept[turn]) \
        } \
    }

#define XK_GATHER_RANGE(from, to) \
    for (xk_index e = (from) + lane * XK_VEC; alive && e < (to); e += XK_TPR * XK_VEC) { \
        XK_VECTOR(0) vector; \
        XK_LOAD_ROW(0, vector, e) \
        XK_TAKE(vector) \
    }
