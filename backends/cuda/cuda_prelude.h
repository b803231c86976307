/* The kernel dialect for NVRTC. The words are those of docs/kernel-dialect.md. */
#if __CUDACC_VER_MAJOR__ >= 12
#pragma nv_diag_suppress 177
#endif

typedef long long xk_long;
typedef unsigned long long xk_ulong;
typedef unsigned int xk_uint;
typedef unsigned short xk_ushort;
typedef unsigned char xk_uchar;
typedef signed char xk_schar;
typedef unsigned char xk_word1;
typedef unsigned short xk_word2;
typedef unsigned int xk_word4;
typedef uint2 xk_word8;
typedef uint4 xk_word16;

#define XK_KERNEL extern "C" __global__ __launch_bounds__(XK_WG)
#define XK_TENSOR(T, name) T *name
#define XK_POINTER(T, name) (name)
#define XK_GLOBAL
#define XK_LOCAL __shared__
#define XK_LOCAL_POINTER
#define XK_CONSTANT static __device__ const
#define XK_FN static __device__ __forceinline__
#define XK_UNROLL _Pragma("unroll")

#define xk_local_id() (threadIdx.x)
#define xk_group_id() (blockIdx.x)
#define xk_barrier() __syncthreads()
#define xk_mulhi(a, b) __umulhi(a, b)
#define xk_f32_bits(x) __float_as_uint(x)
#define xk_bits_f32(x) __uint_as_float(x)
#define xk_f64_bits(x) ((xk_ulong)__double_as_longlong(x))
#define xk_bits_f64(x) __longlong_as_double((xk_long)(x))
#define XK_INFINITY __uint_as_float(0x7f800000u)
#define XK_NAN __uint_as_float(0x7fc00000u)

#if XK_F32 || XK_C64
#define XK_MATH(name) name##f
#else
#define XK_MATH(name) name
#endif

XK_FN float xk_f16_to_f32(xk_ushort h)
{
    float x;
    asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(h));
    return x;
}

XK_FN xk_ushort xk_f32_to_f16(float x)
{
    xk_ushort h;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(x));
    return h;
}

XK_FN float xk_bf16_to_f32(xk_ushort h)
{
    /* One instruction for either half of a register, which a shift is not. */
    xk_uint bits;
    asm("mov.b32 %0, {%1, %2};" : "=r"(bits) : "h"((xk_ushort)0), "h"(h));
    return __uint_as_float(bits);
}

XK_FN xk_ushort xk_f32_to_bf16(float x)
{
#if __CUDA_ARCH__ >= 800
    xk_ushort h;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(h) : "f"(x));
    return h;
#else
    const xk_uint bits = __float_as_uint(x);
    if (x != x)
        return (xk_ushort)0x7fff;
    return (xk_ushort)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
#endif
}

/* Cheap functions for arithmetic whose result is rounded to a half type: first the hardware's own. */
#define XK_RAW(name, word) \
    XK_FN float xk_raw_##name(float x) \
    { \
        float y; \
        asm(word " %0, %1;" : "=f"(y) : "f"(x)); \
        return y; \
    }
XK_RAW(exp2, "ex2.approx.ftz.f32")
XK_RAW(log2, "lg2.approx.ftz.f32")
XK_RAW(rcp, "rcp.approx.ftz.f32")
XK_RAW(rsqrt, "rsqrt.approx.ftz.f32")
XK_RAW(sqrt, "sqrt.approx.ftz.f32")

/* As squares, so that results below the normal numbers are not lost. */
XK_FN float xk_fast_exp2(float x)
{
    const float root = xk_raw_exp2(x * 0.5f);
    return root * root;
}

XK_FN float xk_fast_exp(float x)
{
    const float root = xk_raw_exp2(x * 0.72134752f);
    return root * root;
}

/* The hardware's logarithm has an absolute error near 1, where the result is small: a short series there. */
XK_FN float xk_fast_log(float x)
{
    const float d = x - 1.0f, series = d * fmaf(d, fmaf(d, 0.33333333f, -0.5f), 1.0f), far = __logf(x);
    return fabsf(d) < 0.015625f ? series : far;
}

XK_FN float xk_fast_rcp(float x)
{
    float y;
    asm("rcp.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

#define xk_fast_sin(x) sinf(x)
#define xk_fast_cos(x) cosf(x)

#define XK_SHUFFLE 1
#define XK_SUBGROUP 32
#define xk_shuffle_down_f32(x, by) __shfl_down_sync(0xffffffffu, (float)(x), (by), 32)
#define xk_shuffle_down_i32(x, by) __shfl_down_sync(0xffffffffu, (int)(x), (by), 32)
