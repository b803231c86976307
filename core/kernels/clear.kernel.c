/* Sets the counters of relay.kernel.c to zero. */

XK_KERNEL void xk_main(XK_TENSOR(xk_uint, counters), const xk_params p)
{
    XK_GLOBAL xk_uint *counter = XK_POINTER(xk_uint, counters);
    const xk_ulong i = (xk_ulong)xk_group_id() * XK_WG + xk_local_id();
    if (i <= p.rows)
        counter[i] = 0;
}
