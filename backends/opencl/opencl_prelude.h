/* The kernel dialect's words in OpenCL C 1.2. The plugin puts before this text, where they are true
 * of the device: XK_OCL_GPU, XK_PTX, XK_OCL_F64, and XK_OCL_SUBGROUP (a size that kernels can demand). */
#ifdef XK_OCL_DECLARATIONS /* of the compiler's own functions, where it was told not to read all of them */
#include XK_OCL_DECLARATIONS
#endif
#ifdef XK_OCL_F64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

#ifdef XK_OCL_SUBGROUP
#pragma OPENCL EXTENSION cl_khr_subgroups : enable
#pragma OPENCL EXTENSION cl_khr_subgroup_shuffle_relative : enable
#define XK_OCL_SUBGROUP_SIZE __attribute__((intel_reqd_sub_group_size(XK_OCL_SUBGROUP)))
#else
#define XK_OCL_SUBGROUP_SIZE
#endif

#ifdef XK_WG
#define XK_OCL_GROUP_SIZE __attribute__((reqd_work_group_size(XK_WG, 1, 1)))
#else
#define XK_OCL_GROUP_SIZE
#endif

#define XK_KERNEL __kernel XK_OCL_GROUP_SIZE XK_OCL_SUBGROUP_SIZE
#define XK_GLOBAL __global
#define XK_LOCAL __local
#define XK_LOCAL_POINTER __local
#define XK_CONSTANT __constant
#define XK_FN static inline
#define XK_UNROLL _Pragma("unroll")

typedef long xk_long;
typedef ulong xk_ulong;
typedef uint xk_uint;
typedef ushort xk_ushort;
typedef uchar xk_uchar;
typedef char xk_schar;

typedef uchar xk_word1;
typedef ushort xk_word2;
typedef uint xk_word4;
typedef uint2 xk_word8;
typedef uint4 xk_word16;
#define XK_JOIN(a, b, c, d) ((uint4)(a, b, c, d))

/* A tensor is a buffer and a byte offset: the API hands over no address inside a buffer. */
#define XK_TENSOR(T, name) __global T *name##_base, const xk_ulong name##_offset
#define XK_POINTER(T, name) ((__global T *)((__global const char *)name##_base + name##_offset))

XK_FN xk_uint xk_local_id(void) { return (xk_uint)get_local_id(0); }
XK_FN xk_uint xk_group_id(void) { return (xk_uint)get_group_id(0); }
#define xk_barrier() barrier(CLK_LOCAL_MEM_FENCE)

XK_FN xk_uint xk_f32_bits(float x) { return as_uint(x); }
XK_FN float xk_bits_f32(xk_uint x) { return as_float(x); }
#ifdef XK_OCL_F64
XK_FN xk_ulong xk_f64_bits(double x) { return as_ulong(x); }
XK_FN double xk_bits_f64(xk_ulong x) { return as_double(x); }
#endif

#define XK_MATH(name) name
#define XK_INFINITY INFINITY
#define XK_NAN NAN
XK_FN xk_uint xk_mulhi(xk_uint a, xk_uint b) { return mul_hi(a, b); }

#define xk_local_address(pointer) ((xk_uint)(size_t)(pointer))
#ifndef XK_PTX /* else ptx_words.h, which follows this text, has these words */
/* Half values are storage: loading and storing them is core, arithmetic is an extension. */
XK_FN float xk_f16_to_f32(xk_ushort x) { return vload_half(0, (const half *)&x); }
XK_FN xk_ushort xk_f32_to_f16(float x)
{
    xk_ushort bits;
    vstore_half_rte(x, 0, (half *)&bits);
    return bits;
}

XK_FN float xk_bf16_to_f32(xk_ushort x) { return as_float((xk_uint)x << 16); }
XK_FN xk_ushort xk_f32_to_bf16(float x)
{
    const xk_uint bits = as_uint(x);
    const xk_uint rounded = bits + 0x7fffu + (bits >> 16 & 1u);
    /* the upper half of a NaN's payload may be zero */
    return (xk_ushort)(isnan(x) ? bits >> 16 | 0x40u : rounded >> 16);
}

/* native_exp errs by 2^-15 at most where its result is finite, far below a half value's step;
 * native_log may err by more near 1. */
#if defined(XK_OCL_GPU) && XK_HALF
XK_FN float xk_fast_exp(float x) { return native_exp(x); }
#define XK_RAW(name) native_##name
#else
XK_FN float xk_fast_exp(float x) { return exp(x); }
#define XK_RAW(name) name
#endif
XK_FN float xk_raw_exp2(float x) { return XK_RAW(exp2)(x); }
XK_FN float xk_raw_log2(float x) { return XK_RAW(log2)(x); }
XK_FN float xk_raw_rsqrt(float x) { return XK_RAW(rsqrt)(x); }
XK_FN float xk_raw_sqrt(float x) { return XK_RAW(sqrt)(x); }
#if defined(XK_OCL_GPU) && XK_HALF
XK_FN float xk_raw_rcp(float x) { return native_recip(x); }
#else
XK_FN float xk_raw_rcp(float x) { return 1.0f / x; }
#endif
XK_FN float xk_fast_exp2(float x)
{
    const float root = xk_raw_exp2(x * 0.5f);
    return root * root;
}
XK_FN float xk_fast_log(float x) { return log(x); }
XK_FN float xk_fast_rcp(float x) { return 1.0f / x; }
#endif

XK_FN float xk_fast_sin(float x) { return sin(x); }
XK_FN float xk_fast_cos(float x) { return cos(x); }

#ifdef XK_OCL_SUBGROUP
#define XK_SHUFFLE 1
#define XK_SUBGROUP XK_OCL_SUBGROUP
XK_FN float xk_shuffle_down_f32(float x, xk_uint by) { return sub_group_shuffle_down(x, by); }
XK_FN int xk_shuffle_down_i32(int x, xk_uint by) { return sub_group_shuffle_down(x, by); }
#endif
