/* Types that compute alike. Where a compiler is paid for each text, a short run has one of them for an operator, another from
 * operator to operator: "By hand" in docs/testing.md. */
#ifndef TEST_ALIKE_H
#define TEST_ALIKE_H

#include <expops/dtype.h>
#include <stddef.h>
#include <stdint.h>

/* Whether `dtype` is the one, of `types` that compute alike, whose turn it is, or alone, or `first`. */
static inline int test_is_chosen(uint32_t types, expops_dtype first, expops_dtype dtype, size_t turn)
{
    static const uint32_t alike[] = {
        1u << EXPOPS_DTYPE_F16 | 1u << EXPOPS_DTYPE_BF16,
        1u << EXPOPS_DTYPE_I8 | 1u << EXPOPS_DTYPE_I16 | 1u << EXPOPS_DTYPE_I32 | 1u << EXPOPS_DTYPE_I64,
        1u << EXPOPS_DTYPE_U8 | 1u << EXPOPS_DTYPE_U16,
        1u << EXPOPS_DTYPE_C64 | 1u << EXPOPS_DTYPE_C128,
    };
    const uint32_t one = 1u << dtype;
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        const uint32_t others = types & alike[i] & ~(1u << first);
        if (others & one)
            return (size_t)__builtin_popcount(others & (one - 1)) == turn % (size_t)__builtin_popcount(others);
    }
    return 1;
}

#endif
