/* The kernel dialect for hipRTC. The words are those of docs/kernel-dialect.md. */
typedef long long xk_long;
typedef unsigned long long xk_ulong;
typedef unsigned int xk_uint;
typedef unsigned short xk_ushort;
typedef unsigned char xk_uchar;
typedef signed char xk_schar;
typedef unsigned char xk_word1;
typedef unsigned short xk_word2;
typedef unsigned int xk_word4;
typedef unsigned int xk_word8 __attribute__((ext_vector_type(2)));
typedef unsigned int xk_word16 __attribute__((ext_vector_type(4)));

#define XK_KERNEL extern "C" __attribute__((global)) __attribute__((amdgpu_flat_work_group_size(1, XK_WG)))
#define XK_TENSOR(T, name) T *name
#define XK_POINTER(T, name) (name)
#define XK_GLOBAL
#define XK_LOCAL __attribute__((shared))
#define XK_LOCAL_POINTER
#define XK_CONSTANT static __attribute__((device)) const
#define XK_FN static inline __attribute__((device, always_inline))
#define XK_UNROLL _Pragma("unroll")

/* Elements of one access. This compiler keeps an array beside a word in memory where it is written by the element, a vector in
 * registers; structures and words (complex numbers, bits) stay an array, and so does a single element: hipRTC 5.2 aborts over some
 * loads of vectors of one byte. */
template <class T, int n> struct xk_elements {
    typedef T type[n];
};
#define XK_ELEMENTS(T) \
    template <int n> struct xk_elements<T, n> { \
        typedef T type __attribute__((ext_vector_type(n))); \
    }; \
    template <> struct xk_elements<T, 1> { \
        typedef T type[1]; \
    };
XK_ELEMENTS(float)
XK_ELEMENTS(double)
XK_ELEMENTS(xk_schar)
XK_ELEMENTS(xk_uchar)
XK_ELEMENTS(short)
XK_ELEMENTS(xk_ushort)
XK_ELEMENTS(int)
XK_ELEMENTS(xk_uint)
XK_ELEMENTS(xk_long)
XK_ELEMENTS(xk_ulong)
#define XK_ARRAY(T, name) xk_elements<T, XK_VEC>::type name

#ifdef __AMDGCN__ /* "v": a vector register, which other machines do not have */
#define XK_WORD_UNKNOWN(T) \
    static inline __attribute__((device, always_inline)) void xk_unknown(T &word) \
    { \
        asm volatile("" : "+v"(word)); \
    }
XK_WORD_UNKNOWN(xk_word4)
XK_WORD_UNKNOWN(xk_word8)
XK_WORD_UNKNOWN(xk_word16)
#endif
template <class T> static inline __attribute__((device, always_inline)) void xk_unknown(T &word) {} /* of less than a register */
#define XK_UNKNOWN(word) xk_unknown(word)

#define xk_local_id() ((unsigned int)__builtin_amdgcn_workitem_id_x())
#define xk_group_id() ((unsigned int)__builtin_amdgcn_workgroup_id_x())
#define xk_mulhi(a, b) ((xk_uint)((xk_ulong)(a) * (xk_ulong)(xk_uint)(b) >> 32))
#define xk_f32_bits(x) __builtin_bit_cast(xk_uint, (float)(x))
#define xk_bits_f32(x) __builtin_bit_cast(float, (xk_uint)(x))
#define xk_f64_bits(x) __builtin_bit_cast(xk_ulong, (double)(x))
#define xk_bits_f64(x) __builtin_bit_cast(double, (xk_ulong)(x))
#define XK_INFINITY __builtin_inff()
#define XK_NAN __builtin_nanf("")

#if XK_F32 || XK_C64
#define XK_MATH(name) name##f
#else
#define XK_MATH(name) name
#endif

/* By the names of hipRTC's own headers these are calls until after a text has been optimised: a choice around one becomes a branch,
 * and neighbouring elements are not joined in instructions that work on two. */
#define fabsf __builtin_fabsf
#define fabs __builtin_fabs
#define fmaf __builtin_fmaf
#define fma __builtin_fma
#define fmaxf __builtin_fmaxf
#define fmax __builtin_fmax
#define fminf __builtin_fminf
#define fmin __builtin_fmin
#define copysignf __builtin_copysignf
#define copysign __builtin_copysign
#define rintf __builtin_rintf
#define rint __builtin_rint
#define floorf __builtin_floorf
#define floor __builtin_floor
#define ceilf __builtin_ceilf
#define ceil __builtin_ceil
#define truncf __builtin_truncf
#define trunc __builtin_trunc

XK_FN void xk_barrier(void)
{
    __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
    __builtin_amdgcn_s_barrier();
    __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}

XK_FN float xk_f16_to_f32(xk_ushort h)
{
    return (float)__builtin_bit_cast(_Float16, h);
}

/* Compilers make one instruction of a product and its rounding, for chips that have it, by adding +0: the product -0 becomes 0. They
 * do not see through the empty statement. */
XK_FN xk_ushort xk_f32_to_f16(float x)
{
    asm("" : "+v"(x));
    return __builtin_bit_cast(xk_ushort, (_Float16)x);
}

/* Two results pass through an empty statement that takes them as one: from there the compiler goes back and joins the arithmetic of
 * neighbours in instructions that work on two, which it does not begin from a rounding. */
#if XK_HALF && defined(__AMDGCN__)
typedef float xk_pair __attribute__((ext_vector_type(2)));

XK_FN void xk_paired(float *a, float *b)
{
    xk_pair both = { *a, *b };
    asm("" : "+v"(both));
    *a = both.x;
    *b = both.y;
}
XK_FN void xk_paired(int *a, int *b) {}
#define XK_PAIRED(r) \
    XK_UNROLL \
    for (int k = 0; k + 1 < XK_VEC; k += 2) \
        xk_paired(r + k, r + k + 1);
#endif

XK_FN float xk_bf16_to_f32(xk_ushort h)
{
    return xk_bits_f32((xk_uint)h << 16);
}

XK_FN xk_ushort xk_f32_to_bf16(float x)
{
    const xk_uint bits = xk_f32_bits(x);
    if (x != x)
        return (xk_ushort)0x7fff;
    return (xk_ushort)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

/* Cheap functions for arithmetic whose result is rounded to a half type. The hardware's flush what is below the normal
 * numbers; newer compilers wrap their own around that, where the words allow it. */
#ifdef __has_builtin
#if __has_builtin(__builtin_amdgcn_exp2f) && __has_builtin(__builtin_amdgcn_logf)
#define xk_raw_exp2(x) __builtin_amdgcn_exp2f(x)
#define xk_raw_log2(x) __builtin_amdgcn_logf(x)
#endif
#endif
#ifndef xk_raw_exp2
#define xk_raw_exp2(x) __builtin_exp2f(x)
#define xk_raw_log2(x) __builtin_log2f(x)
#endif
#define xk_raw_rcp(x) __builtin_amdgcn_rcpf(x)
#define xk_raw_rsqrt(x) __builtin_amdgcn_rsqf(x)
#define xk_raw_sqrt(x) __builtin_amdgcn_sqrtf(x)
#define xk_near_exp2(x) xk_raw_exp2(x)
#define xk_near_log2(x) xk_raw_log2(x)
#define xk_within_1(x) __builtin_fminf(__builtin_fmaxf(x, 0.0f), 1.0f)

XK_FN float xk_fast_exp2(float x)
{
    const float root = xk_raw_exp2(x * 0.5f);
    return root * root;
}

/* Only bf16 has results below the normal numbers: the square of a root reaches them. */
XK_FN float xk_fast_exp(float x)
{
#if XK_BF16
    return xk_fast_exp2(x * 1.44269504f);
#else
    return xk_raw_exp2(x * 1.44269504f);
#endif
}

/* The hardware's logarithm has an absolute error near 1, where the result is small: a short series there. Only bf16 has numbers
 * below the normal ones. */
XK_FN float xk_fast_log(float x)
{
    const float d = x - 1.0f;
    const float series = d * __builtin_fmaf(d, __builtin_fmaf(d, __builtin_fmaf(d, -0.25f, 0.33333333f), -0.5f), 1.0f);
#if XK_BF16
    const int low = x < 1.17549435e-38f;
    const float y = xk_raw_log2(low ? x * 4294967296.0f : x);
    const float wide = (low ? y - 32.0f : y) * 0.693147181f;
#else
    const float wide = xk_raw_log2(x) * 0.693147181f;
#endif
    return __builtin_fabsf(d) < 0.03125f ? series : wide;
}

/* The device library's lose the sign of a zero (ROCm 5.2; log1p in f64). */
XK_FN float xk_signed_expm1f(float x)
{
    return x == 0.0f ? x : expm1f(x);
}

XK_FN double xk_signed_expm1(double x)
{
    return x == 0.0 ? x : expm1(x);
}

XK_FN double xk_signed_log1p(double x)
{
    return x == 0.0 ? x : log1p(x);
}

#define log1p(x) xk_signed_log1p(x)
#define expm1f(x) xk_signed_expm1f(x)
#define expm1(x) xk_signed_expm1(x)

#if XK_HALF && !XK_BF16 /* bf16 has reciprocals below the normal numbers, and of such */
#define xk_fast_rcp(x) xk_raw_rcp(x)
#else
#define xk_fast_rcp(x) (1.0f / (x))
#endif
#define xk_fast_sin(x) sinf(x)
#define xk_fast_cos(x) cosf(x)

#if defined(__AMDGCN_WAVEFRONT_SIZE__)
#define XK_SUBGROUP __AMDGCN_WAVEFRONT_SIZE__
#elif defined(__AMDGCN_WAVEFRONT_SIZE)
#define XK_SUBGROUP __AMDGCN_WAVEFRONT_SIZE
#elif defined(__GFX10__) || defined(__GFX11__) || defined(__GFX12__)
#define XK_SUBGROUP 32
#else
#define XK_SUBGROUP 64
#endif
#define XK_SHUFFLE 1

XK_FN int xk_shuffle_down_i32(int x, xk_uint by)
{
#if XK_SUBGROUP == 64
    const int lane = (int)__builtin_amdgcn_mbcnt_hi(~0u, __builtin_amdgcn_mbcnt_lo(~0u, 0u));
#else
    const int lane = (int)__builtin_amdgcn_mbcnt_lo(~0u, 0u);
#endif
    const int from = lane + (int)by;
    return __builtin_amdgcn_ds_bpermute((from < XK_SUBGROUP ? from : lane) << 2, x);
}

XK_FN float xk_shuffle_down_f32(float x, xk_uint by)
{
    return __builtin_bit_cast(float, xk_shuffle_down_i32(__builtin_bit_cast(int, x), by));
}
