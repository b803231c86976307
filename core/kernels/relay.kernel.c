/* Row template of maps whose rows are too long for one group's registers, in one launch: a group draws the number of a part,
 * reduces it, waits until the row's other parts are reduced too, combines them all, in an order of their own, and maps its part out
 * of registers.
 *
 * No group waits for one that may never run: a part that was drawn is reduced by a group that runs and waits for nothing before.
 * Where not all of a row's parts are drawn soon, a group leaves its own for later and draws another; once all are drawn, it reads
 * what it left again. */

enum { XK_PATIENCE = 256 };
#define XK_NONE 0xffffffffu

/* Whether all parts of a row are reduced; 0: some may not be drawn yet. */
XK_FN int xk_await(XK_GLOBAL xk_uint *finished, xk_uint parts, XK_GLOBAL xk_uint *drawn, xk_uint last)
{
    for (int looks = 0; xk_look(finished) < parts; looks++)
        if (looks >= XK_PATIENCE && xk_look(drawn) <= last)
            return 0;
    return 1;
}

#define XK_PLACE \
    const xk_index row = (xk_index)(number / (xk_uint)parts), part = (xk_index)(number % (xk_uint)parts); \
    const xk_index at_out = xk_row_start(p, 0, row), from = part * (xk_index)p.part_length; \
    const xk_index after = from + (xk_index)p.part_length, end = after < p.length ? after : p.length; \
    XK_GLOBAL xk_uint *finished = drawn + 1 + row; \
    XK_GLOBAL xk_acc *of_row = of_parts + row * parts; \
    const xk_uint last = ((xk_uint)row + 1) * (xk_uint)parts - 1; \
    XK_EACH(XK_ROW_START)

#define XK_COMBINE_PARTS \
    acc = xk_identity(); \
    for (xk_index i = lane; i < parts; i += XK_TPR) \
        acc = xk_combine(acc, of_row[i]); \
    acc = xk_combine_row(acc, shared); \
    acc = XK_SETTLE;

XK_KERNEL void xk_main(XK_TENSOR(XK_S(XK_O), out), XK_EACH(XK_PARAMETER) XK_TENSOR(xk_uint, counters),
                       XK_TENSOR(xk_acc, accumulators), const xk_params p)
{
    XK_LOCAL xk_acc shared[XK_SHARED];
    XK_LOCAL xk_uint told[1];
    XK_GLOBAL XK_S(XK_O) *gout = XK_POINTER(XK_S(XK_O), out);
    XK_EACH(XK_ADDRESS)
    XK_GLOBAL xk_uint *drawn = XK_POINTER(xk_uint, counters), *left = drawn + 1 + p.rows;
    XK_GLOBAL xk_acc *of_parts = XK_POINTER(xk_acc, accumulators);
    const xk_index parts = (xk_index)p.parts;
    const int lane = xk_lane(), alive = 1;
    xk_uint latest = XK_NONE; /* of the parts that are left, each of which names the one before */
    for (;;) {
        if (lane == 0)
            told[0] = xk_draw(drawn);
        xk_barrier();
        const xk_uint number = told[0];
        if (number >= (xk_uint)(p.rows * p.parts))
            break;
        XK_PLACE
        XK_KEEP_TURNS
        XK_BEGIN_GATHER
        XK_TAKE_TURNS
        XK_END_GATHER
        acc = xk_combine_row(acc, shared);
        if (lane == 0) {
            of_row[part] = acc;
            xk_pass(finished);
            told[0] = (xk_uint)xk_await(finished, (xk_uint)parts, drawn, last);
        }
        xk_barrier();
        if (told[0]) {
            XK_COMBINE_PARTS
            XK_MAP_TURNS
        } else if (lane == 0) {
            left[number] = latest;
            latest = number;
        }
        xk_barrier();
    }
    for (;;) {
        if (lane == 0)
            told[0] = latest;
        xk_barrier();
        const xk_uint number = told[0];
        if (number == XK_NONE)
            break;
        XK_PLACE
        if (lane == 0) {
            latest = left[number];
            xk_await(finished, (xk_uint)parts, drawn, last);
        }
        xk_barrier();
        xk_acc acc;
        XK_COMBINE_PARTS
        XK_MAP_RANGE(from, end)
    }
}
