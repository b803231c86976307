/* The CPU's prelude: every word of docs/kernel-dialect.md that a backend gives, for a C compiler and groups of one item.
 * Included before an operator's text by the stubs that tools/write_stubs.c writes; the defines are set there. */
#ifndef CPU_KERNEL_H
#define CPU_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define XK_WG 1
#define XK_AT_HAND 1
#define XK_INDEX64 1
#define XK_USES_F64 1
#define XK_KERNEL
#define XK_TENSOR(T, name) T *name##_pointer
#define XK_POINTER(T, name) (name##_pointer)
#define XK_GLOBAL
#define XK_LOCAL
#define XK_LOCAL_POINTER
#define XK_CONSTANT static const
#define XK_OWN(word) word /* one operator's text is compiled at a time */
#define XK_FN static inline __attribute__((always_inline, unused))
#define XK_UNROLL _Pragma("GCC unroll 8")
#define xk_local_id() 0u
#define xk_group_id() 0u
#define xk_barrier() ((void)0)
#define XK_INFINITY __builtin_inff()
#define XK_NAN __builtin_nanf("")
#if XK_F64 || XK_C128
#define XK_MATH(name) name
#else
#define XK_MATH(name) name##f
#endif
/* Divisions and roots are vectors' own instructions here. */
#define xk_raw_rcp(x) (1 / (x))
#define xk_quotient(a, b) ((a) / (b))
#define xk_sqrt_exact(x) sqrtf(x)

typedef int64_t xk_long;
typedef uint64_t xk_ulong;
typedef uint32_t xk_uint;
typedef uint16_t xk_ushort;
typedef uint8_t xk_uchar;
typedef int8_t xk_schar;
typedef uint8_t xk_word1;
typedef uint16_t xk_word2;
typedef uint32_t xk_word4;
typedef uint64_t xk_word8;
typedef struct {
    uint64_t part[2];
} xk_word16;

XK_FN xk_uint xk_mulhi(xk_uint a, xk_uint b)
{
    return (xk_uint)((xk_ulong)a * b >> 32);
}

#include "cpu_bits.h"
#include "cpu_math.h"
#include "integers.kernel.h"
#include "kernels/common.kernel.h"
#include "kernels/accurate.kernel.h"
#include "kernels/complex.kernel.h"
#include "kernels/complex_exponential.kernel.h"
#include "kernels/complex_logarithm.kernel.h"

#endif
