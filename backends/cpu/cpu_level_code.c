/* Compiled once for each instruction level (CPU_LEVEL): conversion, strided movement and transposition of blocks. */
#define XK 1
#define XK_D f32
#define XK_R f32
#define XK_F32 1
#include "cpu_kernel.h"
#include "cpu_level.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* --- conversions: every type to every type --- */
/* A half is rounded once, on its way to memory. */
#define CPU_VIA_f16 f32
#define CPU_VIA_bf16 f32
#define CPU_VIA_f32 f32
#define CPU_VIA_f64 f64
#define CPU_VIA_i8 i8
#define CPU_VIA_i16 i16
#define CPU_VIA_i32 i32
#define CPU_VIA_i64 i64
#define CPU_VIA_u8 u8
#define CPU_VIA_bool bool
#define CPU_VIA_c64 c64
#define CPU_VIA_c128 c128
#define CPU_CONVERTED(to, from, stored) XK_PUT(to, XK_AS(XK_CAT(CPU_VIA_, to), from, XK_GET(from, stored)))
#define CPU_CONVERT(to, from) \
    static void convert_##to##_##from(void *out, ptrdiff_t out_step, const void *in, ptrdiff_t in_step, size_t n) \
    { \
        XK_S(to) *const o = out; \
        const XK_S(from) *const x = in; \
        if (out_step == 1 && in_step == 1) { \
            _Pragma("GCC ivdep") for (size_t i = 0; i < n; i++) o[i] = CPU_CONVERTED(to, from, x[i]); \
            return; \
        } \
        for (ptrdiff_t i = 0; i < (ptrdiff_t)n; i++) \
            o[i * out_step] = CPU_CONVERTED(to, from, x[i * in_step]); \
    }
/* clang-format off */
#define CPU_EACH_TYPE(X, a) \
    X(a, f16) X(a, bf16) X(a, f32) X(a, f64) X(a, i8) X(a, i16) X(a, i32) X(a, i64) X(a, u8) X(a, bool) X(a, c64) \
    X(a, c128)
/* clang-format on */
#define CPU_CONVERT_REST(to) CPU_EACH_TYPE(CPU_CONVERT, to)

CPU_CONVERT_REST(f16)
CPU_CONVERT_REST(bf16)
CPU_CONVERT_REST(f32)
CPU_CONVERT_REST(f64)
CPU_CONVERT_REST(i8)
CPU_CONVERT_REST(i16)
CPU_CONVERT_REST(i32)
CPU_CONVERT_REST(i64)
CPU_CONVERT_REST(u8)
CPU_CONVERT_REST(bool)
CPU_CONVERT_REST(c64)
CPU_CONVERT_REST(c128)

/* --- f16 by the processor's own instructions --- */
#if defined(__F16C__)
static void widen_f16(void *out, ptrdiff_t out_step, const void *in, ptrdiff_t in_step, size_t n)
{
    const uint16_t *const x = in;
    float *const o = out;
    size_t i = 0;

    if (out_step == 1 && in_step == 1)
        for (; i + 8 <= n; i += 8)
            _mm256_storeu_ps(o + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(x + i))));
    convert_f32_f16(o + (ptrdiff_t)i * out_step, out_step, x + (ptrdiff_t)i * in_step, in_step, n - i);
}

static void narrow_f16(void *out, ptrdiff_t out_step, const void *in, ptrdiff_t in_step, size_t n)
{
    const float *const x = in;
    uint16_t *const o = out;
    size_t i = 0;

    if (out_step == 1 && in_step == 1)
        for (; i + 8 <= n; i += 8)
            _mm_storeu_si128((__m128i *)(o + i), _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
    convert_f16_f32(o + (ptrdiff_t)i * out_step, out_step, x + (ptrdiff_t)i * in_step, in_step, n - i);
}
#define CPU_WIDEN_F16 widen_f16
#define CPU_NARROW_F16 narrow_f16
#else
#define CPU_WIDEN_F16 convert_f32_f16
#define CPU_NARROW_F16 convert_f16_f32
#endif

/* --- movement of elements as bits --- */
#define CPU_MOVE(bytes) \
    static void move_##bytes(void *out, ptrdiff_t out_step, const void *in, ptrdiff_t in_step, size_t n) \
    { \
        xk_word##bytes *const o = out; \
        const xk_word##bytes *const x = in; \
        if (out_step == 1 && in_step == 1) \
            memcpy(out, in, n *(bytes)); \
        else if (out_step == 1 && in_step == 0) \
            for (size_t i = 0; i < n; i++) \
                o[i] = x[0]; \
        else if (out_step == 1 && in_step == -1) \
            for (size_t i = 0; i < n; i++) \
                o[i] = x[-(ptrdiff_t)i]; \
        else \
            for (ptrdiff_t i = 0; i < (ptrdiff_t)n; i++) \
                o[i * out_step] = x[i * in_step]; \
    }
CPU_MOVE(1)
CPU_MOVE(2)
CPU_MOVE(4)
CPU_MOVE(8)
CPU_MOVE(16)

#include "cpu_transpose.inc"
#include "cpu_vector.inc"

/* --- stores past the caches --- */
static void stream(void *to, const void *from, size_t bytes)
{
#if defined(__AVX512F__)
    for (size_t i = 0; i < bytes; i += 64)
        _mm512_stream_si512((void *)((char *)to + i), _mm512_loadu_si512((const char *)from + i));
#elif defined(__x86_64__)
    for (size_t i = 0; i < bytes; i += 16)
        _mm_stream_si128((__m128i *)(void *)((char *)to + i),
                         _mm_loadu_si128((const __m128i *)(const void *)((const char *)from + i)));
#else
    memcpy(to, from, bytes);
#endif
}

static void stream_end(void)
{
#if defined(__x86_64__)
    _mm_sfence();
#endif
}

#define CPU_ENTRY(to, from) convert_##to##_##from,
/* clang-format off */
#define CPU_ROW(to) { CPU_EACH_TYPE(CPU_ENTRY, to) }
/* clang-format on */

extern const cpu_level XK_CAT(cpu_level_, CPU_LEVEL);
const cpu_level XK_CAT(cpu_level_, CPU_LEVEL) = {
    .name = CPU_LEVEL_NAME,
    .convert = {
        { convert_f16_f16, convert_f16_bf16, CPU_NARROW_F16, convert_f16_f64, convert_f16_i8, convert_f16_i16,
          convert_f16_i32, convert_f16_i64, convert_f16_u8, convert_f16_bool, convert_f16_c64, convert_f16_c128 },
        CPU_ROW(bf16),
        { CPU_WIDEN_F16, convert_f32_bf16, convert_f32_f32, convert_f32_f64, convert_f32_i8, convert_f32_i16,
          convert_f32_i32, convert_f32_i64, convert_f32_u8, convert_f32_bool, convert_f32_c64, convert_f32_c128 },
        CPU_ROW(f64),
        CPU_ROW(i8),
        CPU_ROW(i16),
        CPU_ROW(i32),
        CPU_ROW(i64),
        CPU_ROW(u8),
        CPU_ROW(bool),
        CPU_ROW(c64),
        CPU_ROW(c128),
    },
    .move = { move_1, move_2, move_4, move_8, move_16 },
    .transpose = { transpose_1, transpose_2, transpose_4, transpose_8, transpose_16 },
    .stream = stream,
    .stream_end = stream_end,
};
