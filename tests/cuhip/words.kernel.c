/* A kernel that uses every word a prelude must give; compiled for many targets, run nowhere here. */
typedef struct words_params {
    xk_ulong count;
    XK_REAL number;
} words_params;

XK_CONSTANT float words_table[2] = { 1.0f, 2.0f };

XK_FN float words_halves(xk_ushort a, xk_ushort b)
{
    return xk_f16_to_f32(xk_f32_to_f16(xk_f16_to_f32(a))) + xk_bf16_to_f32(xk_f32_to_bf16(xk_bf16_to_f32(b)));
}

XK_FN float words_fast(float x)
{
    const float raw = xk_raw_exp2(x) + xk_raw_log2(x) + xk_raw_rcp(x) + xk_raw_rsqrt(x) + xk_raw_sqrt(x);
    return raw + xk_fast_exp(x) + xk_fast_exp2(x) + xk_fast_log(x) + xk_fast_rcp(x) + xk_fast_sin(x) + xk_fast_cos(x);
}

XK_FN XK_REAL words_math(XK_REAL x, XK_REAL y)
{
    XK_REAL s = XK_MATH(acos)(x) + XK_MATH(acosh)(x) + XK_MATH(asin)(x) + XK_MATH(asinh)(x) + XK_MATH(atan)(x);
    s += XK_MATH(atan2)(x, y) + XK_MATH(atanh)(x) + XK_MATH(ceil)(x) + XK_MATH(copysign)(x, y) + XK_MATH(cos)(x);
    s += XK_MATH(cosh)(x) + XK_MATH(erf)(x) + XK_MATH(erfc)(x) + XK_MATH(exp)(x) + XK_MATH(exp2)(x);
    s += XK_MATH(expm1)(x) + XK_MATH(fabs)(x) + XK_MATH(floor)(x) + XK_MATH(fma)(x, y, s) + XK_MATH(fmax)(x, y);
    s += XK_MATH(fmin)(x, y) + XK_MATH(fmod)(x, y) + XK_MATH(hypot)(x, y) + XK_MATH(log)(x) + XK_MATH(log10)(x);
    s += XK_MATH(log1p)(x) + XK_MATH(log2)(x) + XK_MATH(pow)(x, y) + XK_MATH(rint)(x) + XK_MATH(rsqrt)(x);
    s += XK_MATH(sin)(x) + XK_MATH(sinh)(x) + XK_MATH(sqrt)(x) + XK_MATH(tan)(x) + XK_MATH(tanh)(x);
    return s + XK_MATH(trunc)(x) + XK_MATH(lgamma)(x);
}

XK_FN XK_REAL words_bits(XK_REAL x)
{
#if XK_F32
    const XK_REAL y = xk_bits_f32(xk_f32_bits(x) ^ 1u);
#else
    const XK_REAL y = xk_bits_f64(xk_f64_bits(x) ^ 1u);
#endif
    return y == XK_INFINITY ? XK_NAN : y;
}

XK_FN float words_shuffle(float x)
{
#if XK_SHUFFLE
    for (xk_uint by = XK_SUBGROUP / 2; by > 0; by /= 2)
        x += xk_shuffle_down_f32(x, by) + (float)xk_shuffle_down_i32((int)x, by);
#endif
    return x;
}

/* A gate, then one product of each kind. */
XK_FN float words_wide(XK_LOCAL_POINTER xk_word16 *rows)
{
    float sum[64] = { 0 };
#if XK_WIDE_MATRIX
    const xk_uint left[4] = { 1, 2, 3, 4 };
    const xk_ulong place = xk_wide_place(rows, 1024);
    if (xk_local_id() == 0)
        xk_gate_open(rows + 4096);
    xk_barrier();
    xk_wide_shown();
    xk_gate_arrive(rows + 4096);
    xk_gate_wait(rows + 4096, 0);
    xk_wide_begin();
    xk_wide_rows64_f16(sum, place, place + 2, 0);
    xk_wide_rows128_bf16(sum, place, place + 2, 1);
    xk_wide_columns64_bf16(sum, left, place);
    xk_wide_columns128_f16(sum, left, place);
    xk_wide_go();
    xk_wide_wait();
    XK_UNROLL
    for (int k = 0; k < 64; k++)
        xk_wide_hold(sum[k]);
#endif
    return sum[0] + sum[63];
}

XK_KERNEL void xk_main(XK_TENSOR(xk_word16, out), XK_TENSOR(const xk_word16, in), XK_TENSOR(XK_REAL, real),
                       XK_TENSOR(xk_word8, w8), XK_TENSOR(xk_word4, w4), XK_TENSOR(xk_word2, w2),
                       XK_TENSOR(xk_word1, w1), XK_TENSOR(xk_schar, bytes), const words_params p)
{
    XK_LOCAL float tile[XK_WG];
    XK_GLOBAL xk_word16 *to = XK_POINTER(xk_word16, out);
    XK_GLOBAL const xk_word16 *from = XK_POINTER(const xk_word16, in);
    XK_GLOBAL XK_REAL *r = XK_POINTER(XK_REAL, real);
    const xk_uint i = xk_group_id() * XK_WG + xk_local_id();
    const xk_long wide = (xk_long)i;
    if ((xk_ulong)wide >= p.count)
        return;
    to[i] = from[i];
    XK_POINTER(xk_word8, w8)[i] = XK_POINTER(xk_word8, w8)[i + 1];
    XK_POINTER(xk_word4, w4)[i] = xk_mulhi(XK_POINTER(xk_word4, w4)[i], 2863311531u);
    XK_POINTER(xk_word1, w1)[i] = (xk_uchar)XK_POINTER(xk_schar, bytes)[i];
    tile[xk_local_id()] = words_halves(XK_POINTER(xk_word2, w2)[i], XK_POINTER(xk_word2, w2)[i + 1]);
    xk_barrier();
    float sum = words_table[i & 1] + words_wide((XK_LOCAL_POINTER xk_word16 *)tile);
    XK_UNROLL
    for (int k = 0; k < 4; k++)
        sum += tile[(xk_local_id() + k) % XK_WG];
    r[i] = words_bits(words_math(r[i], p.number)) + words_shuffle(words_fast(sum));
}
