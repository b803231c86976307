/* out[i] = in[i] * factor + add for `count` elements. */
typedef struct params {
    float factor, add;
    xk_long count;
} params;

XK_KERNEL void xk_main(XK_TENSOR(float, out), XK_TENSOR(const float, in), const params p)
{
    XK_GLOBAL float *to = XK_POINTER(float, out);
    const XK_GLOBAL float *from = XK_POINTER(const float, in);
    const xk_uint i = xk_group_id() * XK_WG + xk_local_id();

    if (i < p.count)
        to[i] = from[i] * p.factor + p.add;
}
