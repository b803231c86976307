/* The functions that torch calls. */
#include "torch_override.h"

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
/* clang-format on */

torch_function override_boxed(uint32_t index)
{
    return stubs[index];
}
