#include "operator.h"

OPERATOR(__rshift__) = {
    .name = "__rshift__",
    .doc =
        "self shifted right by other bits, filled with the sign; by a negative number or by all bits: the sign alone.",
    .source = "torch.Tensor.__rshift__",
    .aliases = { "bitwise_right_shift" },
    .dtypes = INTEGRAL,
    .parameters = { TENSOR("self"), OPERAND("other") },
    .samples = { { -1000, 1000 }, { 0, 10 } },
};

#ifdef XK
#if XK_I64
#define MOST 63
#else
#define MOST 31 /* narrow types too are computed with 32 bits */
#endif

KERNEL(xk_t self, xk_t other)
{
    const int by = other < 0 || other > MOST ? MOST : (int)other;
#if XK_INT_BITS < 32
    return self * 0x8000 >> by >>
           15; /* a number of 32 bits: compilers make a narrow one's shift narrow, which vectors may lack */
#else
    return self >> by;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    if (other < 0 || other > 63)
        return self < 0 ? -1 : 0;
    return floorl(ldexpl(self, -(int)other));
}
#endif
