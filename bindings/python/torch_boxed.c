/* The functions that torch calls. */
#include "torch_override.h"
#include "torch_unboxed.h"

/* What torch would call back with (`self`) has to be one of its own objects, so each override has a function of its own. */
#define STUB(n) \
    static void stub_##n(void *self, const void *op, uint64_t keys, torch_stack *stack) \
    { \
        override_answer(overrides + 0x##n, op, keys, stack); \
    }
#define NAME(n) stub_##n,
/* clang-format off */
#define SIXTEEN(DO, n) \
    DO(n##0) DO(n##1) DO(n##2) DO(n##3) DO(n##4) DO(n##5) DO(n##6) DO(n##7) \
    DO(n##8) DO(n##9) DO(n##a) DO(n##b) DO(n##c) DO(n##d) DO(n##e) DO(n##f)
#define ALL(DO, n) \
    SIXTEEN(DO, n##0) SIXTEEN(DO, n##1) SIXTEEN(DO, n##2) SIXTEEN(DO, n##3) SIXTEEN(DO, n##4) SIXTEEN(DO, n##5) \
    SIXTEEN(DO, n##6) SIXTEEN(DO, n##7) SIXTEEN(DO, n##8) SIXTEEN(DO, n##9) SIXTEEN(DO, n##a) SIXTEEN(DO, n##b) \
    SIXTEEN(DO, n##c) SIXTEEN(DO, n##d) SIXTEEN(DO, n##e) SIXTEEN(DO, n##f)

ALL(STUB, 0) ALL(STUB, 1) ALL(STUB, 2) ALL(STUB, 3) ALL(STUB, 4) ALL(STUB, 5) ALL(STUB, 6) ALL(STUB, 7)
static const torch_function stubs[MAX_BOXED] = { ALL(NAME, 0) ALL(NAME, 1) ALL(NAME, 2) ALL(NAME, 3)
                                                ALL(NAME, 4) ALL(NAME, 5) ALL(NAME, 6) ALL(NAME, 7) };

/* Those for unboxed calls are not told which operator they are for either. What a call leaves in registers that it does not use is not
 * looked at. */
#if TORCH_UNBOXED
#define PLAIN(n) \
    static void *plain_##n(uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d, uintptr_t e, uintptr_t f) \
    { \
        const uintptr_t words[] = { a, b, c, d, e, f }; \
        return override_answer_unboxed(overrides + 0x##n, words); \
    }
#define PLAIN_NAME(n) plain_##n,
ALL(PLAIN, 0) ALL(PLAIN, 1) ALL(PLAIN, 2) ALL(PLAIN, 3) ALL(PLAIN, 4) ALL(PLAIN, 5) ALL(PLAIN, 6) ALL(PLAIN, 7)
static const torch_unboxed plain[MAX_BOXED] = {
    ALL(PLAIN_NAME, 0) ALL(PLAIN_NAME, 1) ALL(PLAIN_NAME, 2) ALL(PLAIN_NAME, 3)
    ALL(PLAIN_NAME, 4) ALL(PLAIN_NAME, 5) ALL(PLAIN_NAME, 6) ALL(PLAIN_NAME, 7) };
#endif
/* clang-format on */

torch_function override_boxed(uint32_t index)
{
    return stubs[index];
}

torch_unboxed override_unboxed(uint32_t index)
{
#if TORCH_UNBOXED
    return plain[index];
#else
    return NULL;
#endif
}
