/* Second template of selections, one group: out[tile] = the sum of the counts before it. See scan_group.kernel.h. */
#include "scan_group.kernel.h"

XK_KERNEL void xk_main(XK_TENSOR(xk_ulong, out), XK_TENSOR(const xk_uint, x0), const xk_params p)
{
    XK_LOCAL xk_ulong shared[2 * XK_WG];
    XK_GLOBAL xk_ulong *gout = XK_POINTER(xk_ulong, out);
    XK_GLOBAL const xk_uint *counts = XK_POINTER(const xk_uint, x0);
    xk_ulong before = 0, all;
    for (xk_ulong first = 0; first < p.tiles; first += XK_WG) {
        const xk_ulong tile = first + xk_local_id();
        const xk_ulong here = xk_scan_group(tile < p.tiles ? counts[tile] : 0, shared, &all);
        if (tile < p.tiles)
            gout[tile] = before + here;
        before += all;
    }
}
