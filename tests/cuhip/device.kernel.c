/* One small function of 32-bit words for each XK_CASE; test_device.c compares what a device makes of them. */
typedef struct device_params {
    xk_ulong count;
} device_params;

XK_CONSTANT xk_uint device_table[4] = { 3u, 1u, 4u, 1u };

#if XK_CASE == 0
#define F(x) xk_f32_bits(xk_f16_to_f32((xk_ushort)(x)))
#elif XK_CASE == 1
#define F(x) ((xk_uint)xk_f32_to_f16(xk_bits_f32(x)))
#elif XK_CASE == 2
#define F(x) xk_f32_bits(xk_bf16_to_f32((xk_ushort)(x)))
#elif XK_CASE == 3
#define F(x) ((xk_uint)xk_f32_to_bf16(xk_bits_f32(x)))
#elif XK_CASE == 4
#define F(x) xk_mulhi(x, 0x9e3779b9u)
#elif XK_CASE == 5
#define F(x) xk_f32_bits(xk_fast_exp(xk_bits_f32(x)))
#elif XK_CASE == 6
#define F(x) xk_f32_bits(xk_fast_log(xk_bits_f32(x)))
#elif XK_CASE == 7
#define F(x) xk_f32_bits(xk_fast_rcp(xk_bits_f32(x)))
#elif XK_CASE == 8
#define F(x) xk_f32_bits(xk_fast_sin(xk_bits_f32(x)))
#elif XK_CASE == 9
#define F(x) xk_f32_bits(xk_fast_cos(xk_bits_f32(x)))
#elif XK_CASE == 10
#define F(x) ((xk_uint)xk_shuffle_down_i32((int)(x), 3u))
#elif XK_CASE == 11
#define F(x) xk_f32_bits(xk_shuffle_down_f32(xk_bits_f32(x), XK_SUBGROUP / 2))
#elif XK_CASE == 12
#define F(x) ((xk_uint)(xk_f64_bits(xk_bits_f64((xk_ulong)(x) << 32)) >> 32))
#elif XK_CASE == 13
#define F(x) xk_f32_bits((x) & 1u ? XK_INFINITY : XK_NAN)
#elif XK_CASE == 14
#define F(x) (xk_group_id() * XK_WG + xk_local_id())
#elif XK_CASE == 15
#define F(x) device_table[(x) & 3u]
#elif XK_CASE == 19
#define F(x) xk_f32_bits(xk_raw_exp2(xk_bits_f32(x)))
#elif XK_CASE == 20
#define F(x) xk_f32_bits(xk_raw_log2(xk_bits_f32(x)))
#elif XK_CASE == 21
#define F(x) xk_f32_bits(xk_raw_rcp(xk_bits_f32(x)))
#elif XK_CASE == 22
#define F(x) xk_f32_bits(xk_raw_rsqrt(xk_bits_f32(x)))
#elif XK_CASE == 23
#define F(x) xk_f32_bits(xk_raw_sqrt(xk_bits_f32(x)))
#endif

XK_KERNEL void xk_main(XK_TENSOR(xk_uint, out), XK_TENSOR(const xk_uint, in), const device_params p)
{
    XK_GLOBAL xk_uint *to = XK_POINTER(xk_uint, out);
    XK_GLOBAL const xk_uint *from = XK_POINTER(const xk_uint, in);
    const xk_uint i = xk_group_id() * XK_WG + xk_local_id();
#if XK_CASE == 16
    XK_LOCAL xk_uint tile[XK_WG];
    tile[xk_local_id()] = i < p.count ? from[i] : 0u;
    xk_barrier();
    if (i < p.count)
        to[i] = tile[XK_WG - 1u - xk_local_id()];
#elif XK_CASE == 17
    if (i < p.count / 4u)
        ((XK_GLOBAL xk_word16 *)to)[i] = ((XK_GLOBAL const xk_word16 *)from)[i];
#elif XK_CASE == 18
    if (i < p.count / 2u)
        ((XK_GLOBAL xk_word8 *)to)[i] = ((XK_GLOBAL const xk_word8 *)from)[i];
#else
    if (i < p.count)
        to[i] = F(from[i]);
#endif
}
