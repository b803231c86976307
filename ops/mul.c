#include "operator.h"

OPERATOR(mul) = {
    .name = "mul",
    .doc = "self * other; integers wrap, bool is logical and.",
    .source = "torch.mul",
    .aliases = { "multiply" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .parameters = { OPERAND("self", .meets = EXPOPS_MEETS_EXACT), OPERAND("other", .meets = EXPOPS_MEETS_EXACT) },
    .samples = { { -100, 100 }, { -100, 100 } },
    .bound = { .f32 = 0.5f, .f64 = 0.5f, .f16 = 0.5f, .bf16 = 0.5f },
};

#ifdef XK
KERNEL(xk_t self, xk_t other)
{
#if XK_C64 || XK_C128
    return xk_cmul(self, other);
#else
    return self * other;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    return self * other;
}
#endif
