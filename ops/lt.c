#include "operator.h"

OPERATOR(lt) = {
    .name = "lt",
    .doc = "Whether self is below other; false where either is NaN.",
    .source = "torch.lt",
    .aliases = { "less" },
    .dtypes = FLOATING | INTEGRAL | BOOLEAN,
    .result = EXPOPS_RESULT_BOOL,
    .parameters = { TENSOR("self"), OPERAND("other") },
    .samples = { { -4, 4 }, { -4, 4 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t other)
{
    return self < other;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    return self < other;
}
#endif
