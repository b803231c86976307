/* Compiled once for each instruction level (CPU_LEVEL): conversion, strided movement and transposition of blocks. */
#define XK 1
#define XK_D f32
#define XK_R f32
#define XK_F32 1
#include "cpu_kernel.h"
#include "cpu_level.h"
#include "cpu_weigh.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* --- conversions: every type to and from what it is computed in, every class of arithmetic to every other --- */
#define CPU_CONVERT(function, result, element, expression) \
    static void function(void *out, ptrdiff_t out_step, const void *in, ptrdiff_t in_step, size_t n) \
    { \
        result *const o = out; \
        const element *const all = in; \
        if (out_step == 1 && in_step == 1) { \
            _Pragma("GCC ivdep") for (size_t i = 0; i < n; i++) \
            { \
                const element x = all[i]; \
                o[i] = expression; \
            } \
            return; \
        } \
        for (ptrdiff_t i = 0; i < (ptrdiff_t)n; i++) { \
            const element x = all[i * in_step]; \
            o[i * out_step] = expression; \
        } \
    }
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) \
    CPU_CONVERT(load_##name, xk_c_##name, xk_s_##name, XK_GET(name, x)) \
    CPU_CONVERT(store_##name, xk_s_##name, xk_c_##name, XK_PUT(name, x))
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW

/* The small integers at once to what most ask for. */
#define CPU_SMALL_F32(...)
#define CPU_SMALL_F64(...)
#define CPU_SMALL_I32(...) __VA_ARGS__
#define CPU_SMALL_I64(...)
#define CPU_SMALL_C64(...)
#define CPU_SMALL_C128(...)
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) \
    CPU_SMALL_##compute(CPU_CONVERT(f32_##name, float, xk_s_##name, XK_AS(f32, name, XK_GET(name, x))))
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW

/* clang-format off */
#define CPU_EACH_CLASS(X, a) X(a, f32, F32) X(a, f64, F64) X(a, i32, I32) X(a, i64, I64) X(a, c64, C64) X(a, c128, C128)
#define CPU_CAST(to, from, CLASS) CPU_CONVERT(cast_##to##_##from, xk_c_##to, xk_c_##from, XK_AS(to, from, x))
#define CPU_TRUTH(to, from, CLASS) CPU_CONVERT(truth_##from, xk_s_bool, xk_c_##from, XK_PUT(bool, XK_AS(bool, from, x)))
/* clang-format on */
CPU_EACH_CLASS(CPU_CAST, f32)
CPU_EACH_CLASS(CPU_CAST, f64)
CPU_EACH_CLASS(CPU_CAST, i32)
CPU_EACH_CLASS(CPU_CAST, i64)
CPU_EACH_CLASS(CPU_CAST, c64)
CPU_EACH_CLASS(CPU_CAST, c128)
CPU_EACH_CLASS(CPU_TRUTH, bool)

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
    load_f16(o + (ptrdiff_t)i * out_step, out_step, x + (ptrdiff_t)i * in_step, in_step, n - i);
}

static void narrow_f16(void *out, ptrdiff_t out_step, const void *in, ptrdiff_t in_step, size_t n)
{
    const float *const x = in;
    uint16_t *const o = out;
    size_t i = 0;

    if (out_step == 1 && in_step == 1)
        for (; i + 8 <= n; i += 8)
            _mm_storeu_si128((__m128i *)(o + i), _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
    store_f16(o + (ptrdiff_t)i * out_step, out_step, x + (ptrdiff_t)i * in_step, in_step, n - i);
}
#define load_f16 widen_f16
#define store_f16 narrow_f16
#endif

/* --- movement of elements as bits --- */
/* Four at a time: what would become a vector of one element after the other is slower. */
#define CPU_MOVE(bytes) \
    static void move_far_##bytes(xk_word##bytes *o, ptrdiff_t out_step, const xk_word##bytes *x, ptrdiff_t in_step, \
                                 ptrdiff_t n) \
    { \
        for (; n >= 4; n -= 4, o += 4 * out_step, x += 4 * in_step) { \
            const xk_word##bytes first = x[0], second = x[in_step], third = x[2 * in_step], fourth = x[3 * in_step]; \
            o[0] = first; \
            o[out_step] = second; \
            o[2 * out_step] = third; \
            o[3 * out_step] = fourth; \
        } \
        for (ptrdiff_t i = 0; i < n; i++) \
            o[i * out_step] = x[i * in_step]; \
    } \
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
        else if (out_step == 1 && in_step == 2) \
            for (size_t i = 0; i < n; i++) \
                o[i] = x[2 * i]; \
        else if (out_step == 2 && in_step == 1) \
            for (size_t i = 0; i < n; i++) \
                o[2 * i] = x[i]; \
        else \
            move_far_##bytes(o, out_step, x, in_step, (ptrdiff_t)n); \
    }
CPU_MOVE(1)
CPU_MOVE(2)
CPU_MOVE(4)
CPU_MOVE(8)
CPU_MOVE(16)

#include "cpu_transpose.inc"
#include "cpu_runs.inc"
#include "cpu_pieces.inc"
#include "cpu_tiles.inc"
#include "cpu_vector.inc"
#include "cpu_weigh.inc"
#include "cpu_dots.inc"

#if defined(__AVX512F__)
/* The ABI's names: hidden, they come before the C library's here. Fewer elements than 16 are left to that. */
#define CPU_VECTOR_DEFINE(name, body) \
    __m512 name(__m512 x); \
    __m512 name(__m512 x) \
    { \
        return body(x); \
    }

CPU_VECTOR_DEFINE(_ZGVeN16v_expf, vector_exp)
CPU_VECTOR_DEFINE(_ZGVeN16v_exp2f, vector_exp2)
CPU_VECTOR_DEFINE(_ZGVeN16v_logf, vector_log)
#endif

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

/* clang-format off */
#define CPU_CAST_ENTRY(to, from, CLASS) [EXPOPS_COMPUTE_##CLASS] = cast_##to##_##from,
#define CPU_CAST_ROW(to, CLASS) [EXPOPS_COMPUTE_##CLASS] = { CPU_EACH_CLASS(CPU_CAST_ENTRY, to) }
#define CPU_TRUTH_ENTRY(to, from, CLASS) [EXPOPS_COMPUTE_##CLASS] = truth_##from,
/* clang-format on */

extern const cpu_level XK_CAT(cpu_level_, CPU_LEVEL);
const cpu_level XK_CAT(cpu_level_, CPU_LEVEL) = {
    .name = CPU_LEVEL_NAME,
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) [EXPOPS_DTYPE_##NAME] = load_##name,
    .load = {
#include "expops/dtype.inc"
    },
#undef EXPOPS_DTYPE_ROW
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) [EXPOPS_DTYPE_##NAME] = store_##name,
    .store = {
#include "expops/dtype.inc"
    },
#undef EXPOPS_DTYPE_ROW
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) CPU_SMALL_##compute([EXPOPS_DTYPE_##NAME] = f32_##name, )
    .to_f32 = {
#include "expops/dtype.inc"
    },
#undef EXPOPS_DTYPE_ROW
    .cast = { CPU_CAST_ROW(f32, F32), CPU_CAST_ROW(f64, F64), CPU_CAST_ROW(i32, I32), CPU_CAST_ROW(i64, I64),
              CPU_CAST_ROW(c64, C64), CPU_CAST_ROW(c128, C128) },
    .truth = { CPU_EACH_CLASS(CPU_TRUTH_ENTRY, bool) },
    .move = { move_1, move_2, move_4, move_8, move_16 },
    .transpose = { transpose_1, transpose_2, transpose_4, transpose_8, transpose_16 },
    .move_rows = { move_rows_1, move_rows_2, move_rows_4, move_rows_8, move_rows_16 },
    .pieces = { pieces_1, pieces_2, pieces_4, pieces_8, pieces_16 },
    .tiles = { tiles_1, tiles_2, tiles_4, tiles_8, tiles_16 },
    .dots_f32 = dots_f32,
    .dots_bf16 = dots_bf16,
    .dots_i8 = dots_i8,
    .stream = stream,
    .stream_end = stream_end,
    .weighing = &weighing,
};
