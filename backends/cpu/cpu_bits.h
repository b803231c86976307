/* Reinterpretation, and conversion of half types by arithmetic on bits: free of branches, so that loops over them
 * vectorise without help from the instruction set. */
#ifndef CPU_BITS_H
#define CPU_BITS_H

#include <stdint.h>

#define CPU_INLINE static inline __attribute__((always_inline, unused))

CPU_INLINE uint32_t xk_f32_bits(float x)
{
    uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof(bits));
    return bits;
}

CPU_INLINE float xk_bits_f32(uint32_t bits)
{
    float x;
    __builtin_memcpy(&x, &bits, sizeof(x));
    return x;
}

CPU_INLINE uint64_t xk_f64_bits(double x)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof(bits));
    return bits;
}

CPU_INLINE double xk_bits_f64(uint64_t bits)
{
    double x;
    __builtin_memcpy(&x, &bits, sizeof(x));
    return x;
}

/* Read as the upper bits of an f32, a half is too small by 2^112; the product is exact, subnormals included. */
CPU_INLINE float xk_f16_to_f32(uint16_t half)
{
    const uint32_t magnitude = half & 0x7fffu;
    const float scaled = xk_bits_f32(magnitude << 13) * 0x1p112f;
    const uint32_t special = magnitude >= 0x7c00u ? 0x7f800000u : 0u;
    return xk_bits_f32((uint32_t)(half & 0x8000u) << 16 | xk_f32_bits(scaled) | special);
}

/* Below 2^-14 the addition of 0.5, whose unit in the last place is the half type's smallest number, does the rounding. */
CPU_INLINE uint16_t xk_f32_to_f16(float x)
{
    const uint32_t bits = xk_f32_bits(x), magnitude = bits & 0x7fffffffu;
    const uint32_t tiny = xk_f32_bits(xk_bits_f32(magnitude) + 0.5f) - 0x3f000000u;
    const uint32_t normal = (magnitude + 0xfffu + (magnitude >> 13 & 1u) - 0x38000000u) >> 13;
    uint32_t half = magnitude < 0x38800000u ? tiny : normal;
    half = magnitude >= 0x477ff000u ? 0x7c00u : half;
    half = magnitude > 0x7f800000u ? 0x7e00u : half;
    return (uint16_t)(half | (bits >> 16 & 0x8000u));
}

CPU_INLINE float xk_bf16_to_f32(uint16_t half)
{
    return xk_bits_f32((uint32_t)half << 16);
}

CPU_INLINE uint16_t xk_f32_to_bf16(float x)
{
    const uint32_t bits = xk_f32_bits(x);
    const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
    return (uint16_t)((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u : rounded);
}

#endif
