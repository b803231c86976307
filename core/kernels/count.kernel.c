/* First template of selections: out[tile] = how often the mask is true in it. See scan_group.kernel.h. */
#include "scan_group.kernel.h"

XK_KERNEL void xk_main(XK_TENSOR(xk_uint, out), XK_TENSOR(const xk_uchar, x0), const xk_params p)
{
    XK_LOCAL xk_ulong shared[2 * XK_WG];
    XK_GLOBAL xk_uint *gout = XK_POINTER(xk_uint, out);
    XK_GLOBAL const xk_uchar *mask = XK_POINTER(const xk_uchar, x0);
    const xk_index first = (xk_index)xk_group_id() * XK_TILE;
    xk_ulong count = 0, all;
    for (int turn = 0; turn < XK_TILE / XK_WG; turn++) {
        const xk_index i = first + turn * XK_WG + (xk_index)xk_local_id();
        if ((xk_ulong)i < p.elements)
            count += mask[i] != 0;
    }
    xk_scan_group(count, shared, &all);
    if (xk_local_id() == 0)
        gout[xk_group_id()] = (xk_uint)all;
}
