/* Where the processor has instructions that no loop over scalars comes to - tables in registers, exponents taken off and put
 * on - a few functions of f32 are called after all: cpu_vector.inc defines their vector variants under the C library's names.
 * Only calls of functions the compiler knows vectorise where they stand beside a choice. A map over rows, which takes several
 * exponentials at once, would write all it has in registers to memory around each call: it keeps the functions in line. */
#ifndef CPU_VECTOR_H
#define CPU_VECTOR_H

#if !CPU_IS_MAP && defined(__AVX512F__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#if __GLIBC_PREREQ(2, 35) /* cpu_math.h has declared the variants */
#undef expf
#undef exp2f
#endif
#endif

#endif
