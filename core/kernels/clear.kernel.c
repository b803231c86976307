/* What comes before team.kernel.c: nobody has told anything yet. */
#include XK_OPERATOR
#include "operands.kernel.h"
#include "rows.kernel.h"

XK_KERNEL void xk_main(XK_TENSOR(xk_ulong, told), const xk_params p)
{
    XK_GLOBAL xk_ulong *gtold = XK_POINTER(xk_ulong, told);
    const xk_uint count = (xk_uint)(p.teams * p.parts * XK_PLACES * (sizeof(xk_acc) / sizeof(xk_uint)));
    for (xk_uint i = xk_local_id(); i < count; i += XK_WG)
        gtold[i] = 0;
}
