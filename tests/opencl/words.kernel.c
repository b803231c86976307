/* Uses each word of the dialect's prelude; one group of XK_WG items. */
XK_CONSTANT const float table[4] = { 1.5f, 2.5f, 3.5f, 4.5f };

typedef struct params {
    float factor;
    xk_uint count;
    xk_long big;
} params;

XK_FN xk_uint sizes(void)
{
    return sizeof(xk_word1) == 1 && sizeof(xk_word2) == 2 && sizeof(xk_word4) == 4 &&
           sizeof(xk_word8) == 8 && sizeof(xk_word16) == 16 && sizeof(xk_long) == 8 &&
           sizeof(xk_ulong) == 8 && sizeof(xk_uint) == 4 && sizeof(xk_ushort) == 2 &&
           sizeof(xk_uchar) == 1 && sizeof(xk_schar) == 1 && (xk_schar)-1 < 0;
}

/* The sum of an array in local memory, to show that its address may be passed on. */
XK_FN float total(const XK_LOCAL float *tile, xk_uint count)
{
    float sum = 0.0f;
    XK_UNROLL
    for (xk_uint i = 0; i < count; i++)
        sum += tile[i];
    return sum;
}

/* The cheap words, of x and of what bf16 has near both ends of f32; `eight` keeps them from the compiler. */
XK_FN void cheap(XK_GLOBAL xk_word4 *to, float x, xk_uint eight)
{
    to[0] = xk_f32_bits(xk_raw_exp2(x));
    to[1] = xk_f32_bits(xk_raw_log2(x));
    to[2] = xk_f32_bits(xk_raw_rcp(x));
    to[3] = xk_f32_bits(xk_raw_rsqrt(x));
    to[4] = xk_f32_bits(xk_raw_sqrt(x));
    to[5] = xk_f32_bits(xk_fast_exp2(x));
    to[6] = xk_f32_bits(xk_fast_log(1.0f + (float)eight * 0.0009765625f));
    to[7] = xk_f32_bits(xk_fast_log(xk_bits_f32(eight << 13)));
    to[8] = xk_f32_bits(xk_fast_rcp(xk_bits_f32(eight * 0x0fe00000u)));
    to[9] = xk_f32_bits(xk_fast_sin((float)eight * -1e7f));
    to[10] = xk_f32_bits(xk_fast_cos((float)eight * 3e37f));
    to[11] = xk_f32_bits(xk_fast_sin((float)eight * 0.0001f));
    to[12] = xk_f32_bits(xk_fast_cos((float)eight * 0.0001f));
    to[13] = xk_f32_bits(xk_fast_cos((float)eight * XK_INFINITY));
}

XK_KERNEL void xk_main(XK_TENSOR(float, out), XK_TENSOR(xk_word4, bits), XK_TENSOR(const float, in),
                       const params p)
{
    XK_GLOBAL float *to = XK_POINTER(float, out);
    XK_GLOBAL xk_word4 *to_bits = XK_POINTER(xk_word4, bits);
    const XK_GLOBAL float *from = XK_POINTER(const float, in);
    XK_LOCAL float tile[XK_WG];
    const xk_uint id = xk_local_id();
    float subtotal;

    tile[id] = from[xk_group_id() * XK_WG + id];
    xk_barrier();
    to[id] = tile[XK_WG - 1 - id] * p.factor + table[id & 3u];
    subtotal = total(tile, p.count);
#ifdef XK_SHUFFLE
    subtotal += xk_shuffle_down_f32(subtotal, 1) * 0.0f;
    subtotal += (float)xk_shuffle_down_i32((int)id * 0, XK_SUBGROUP / 2);
#endif
    if (id != 0)
        return;
    to_bits[0] = sizes();
    to_bits[1] = xk_f32_bits(subtotal);
    to_bits[2] = xk_f32_bits(xk_bits_f32(0x40490fdbu));
    to_bits[3] = xk_mulhi(0xdeadbeefu, 0x12345678u);
    to_bits[4] = xk_f32_bits(XK_INFINITY);
    to_bits[5] = XK_NAN != XK_NAN;
    to_bits[6] = xk_f32_bits(XK_MATH(sqrt)(2.25f));
    to_bits[7] = xk_f32_bits(xk_fast_rcp(4.0f));
    to_bits[8] = (xk_uint)((xk_ulong)p.big >> 32);
    to_bits[9] = xk_f32_bits(xk_fast_exp(from[1]));
    to_bits[10] = xk_f32_bits(xk_fast_log(from[2]));
    to_bits[11] = xk_f32_bits(xk_fast_sin(from[3]));
    to_bits[12] = xk_f32_bits(xk_fast_cos(from[3]));
    cheap(to_bits + 16, from[4], p.count);
#ifdef XK_OCL_F64
    to_bits[13] = (xk_uint)(xk_f64_bits((double)p.factor + 1.0) >> 32);
    to_bits[14] = xk_bits_f64(0x3ff8000000000000ul) == 1.5;
#endif
}
