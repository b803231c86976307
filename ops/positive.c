#include "operator.h"

OPERATOR(positive) = {
    .name = "positive",
    .doc = "self as it is; bool is refused.",
    .source = "torch.positive",
    .dtypes = FLOATING | WHOLE | COMPLEX,
    .parameters = { TENSOR("self") },
    .arithmetic = EXPOPS_ARITHMETIC_MOVES,
    .samples = { { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self)
{
    return self;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return self;
}
#endif
