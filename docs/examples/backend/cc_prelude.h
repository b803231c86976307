/* The words of docs/kernel-dialect.md for a C compiler and groups of one work-item. This text stands before every kernel. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define XK_GLOBAL
#define XK_LOCAL
#define XK_LOCAL_POINTER
#define XK_CONSTANT static const
#define XK_FN static inline
#define XK_UNROLL
#define XK_KERNEL static
#define XK_TENSOR(T, name) T *name##_address
#define XK_POINTER(T, name) (name##_address)

/* An entry is void xk_main(tensors..., const xk_params p). A vendor's launch hands over addresses and a block of bytes; here a
 * function does, for every group, that takes the tensors from a list and so has to know their number. */
#define CC_COUNT(...) CC_COUNT_(__VA_ARGS__, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define CC_COUNT_(a, b, c, d, e, f, g, h, i, j, k, l, count, ...) count
#define CC_FIRST_1 t[0],
#define CC_FIRST_2 CC_FIRST_1 t[1],
#define CC_FIRST_3 CC_FIRST_2 t[2],
#define CC_FIRST_4 CC_FIRST_3 t[3],
#define CC_FIRST_5 CC_FIRST_4 t[4],
#define CC_FIRST_6 CC_FIRST_5 t[5],
#define CC_FIRST_7 CC_FIRST_6 t[6],
#define CC_FIRST_8 CC_FIRST_7 t[7],
#define CC_FIRST_9 CC_FIRST_8 t[8],
#define CC_FIRST_10 CC_FIRST_9 t[9],
#define CC_FIRST_11 CC_FIRST_10 t[10],
#define CC_JOIN(a, b) CC_JOIN_(a, b)
#define CC_JOIN_(a, b) a##b
#define xk_main(...) \
    cc_group(__VA_ARGS__); \
    void cc_entry(void *const *t, const void *params, uint32_t groups) \
    { \
        for (cc_group_id = 0; cc_group_id < groups; cc_group_id++) \
            cc_group(CC_JOIN(CC_FIRST_, CC_COUNT(__VA_ARGS__)) *(const xk_params *)params); \
    } \
    static void cc_group(__VA_ARGS__)

static _Thread_local uint32_t cc_group_id;
#define xk_local_id() 0u
#define xk_group_id() cc_group_id
#define xk_barrier() ((void)0)

typedef int64_t xk_long;
typedef uint64_t xk_ulong;
typedef uint32_t xk_uint;
typedef uint16_t xk_ushort;
typedef uint8_t xk_uchar;
typedef int8_t xk_schar;
/* Loads and stores of elements of another type: the compiler has to know that they are the same memory. */
typedef uint8_t xk_word1 __attribute__((may_alias));
typedef uint16_t xk_word2 __attribute__((may_alias));
typedef uint32_t xk_word4 __attribute__((may_alias));
typedef struct {
    uint32_t x, y;
} __attribute__((aligned(8), may_alias)) xk_word8;
typedef struct {
    uint32_t x, y, z, w;
} __attribute__((aligned(16), may_alias)) xk_word16;

XK_FN xk_uint xk_f32_bits(float x) { xk_uint bits; memcpy(&bits, &x, 4); return bits; }
XK_FN float xk_bits_f32(xk_uint bits) { float x; memcpy(&x, &bits, 4); return x; }
XK_FN xk_ulong xk_f64_bits(double x) { xk_ulong bits; memcpy(&bits, &x, 8); return bits; }
XK_FN double xk_bits_f64(xk_ulong bits) { double x; memcpy(&x, &bits, 8); return x; }
XK_FN float xk_f16_to_f32(xk_ushort x) { _Float16 half; memcpy(&half, &x, 2); return (float)half; }
XK_FN xk_ushort xk_f32_to_f16(float x) { const _Float16 half = (_Float16)x; xk_ushort bits; memcpy(&bits, &half, 2); return bits; }
XK_FN float xk_bf16_to_f32(xk_ushort x) { return xk_bits_f32((xk_uint)x << 16); }
XK_FN xk_ushort xk_f32_to_bf16(float x)
{
    const xk_uint bits = xk_f32_bits(x);
    return (xk_ushort)(isnan(x) ? bits >> 16 | 0x40u : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

#if XK_F64 || XK_C128
#define XK_MATH(name) name
#else
#define XK_MATH(name) CC_JOIN(name, f)
#endif
#define rsqrt(x) (1 / sqrt(x)) /* C has none */
#define rsqrtf(x) (1 / sqrtf(x))
#define XK_INFINITY INFINITY
#define XK_NAN NAN
XK_FN xk_uint xk_mulhi(xk_uint a, xk_uint b) { return (xk_uint)((xk_ulong)a * b >> 32); }

/* A device with cheaper instructions has them here. */
XK_FN float xk_fast_exp(float x) { return expf(x); }
XK_FN float xk_fast_exp2(float x) { return exp2f(x); }
XK_FN float xk_fast_log(float x) { return logf(x); }
XK_FN float xk_fast_rcp(float x) { return 1 / x; }
XK_FN float xk_fast_sin(float x) { return sinf(x); }
XK_FN float xk_fast_cos(float x) { return cosf(x); }
XK_FN float xk_raw_exp2(float x) { return exp2f(x); }
XK_FN float xk_raw_log2(float x) { return log2f(x); }
XK_FN float xk_raw_rcp(float x) { return 1 / x; }
XK_FN float xk_raw_rsqrt(float x) { return 1 / sqrtf(x); }
XK_FN float xk_raw_sqrt(float x) { return sqrtf(x); }
