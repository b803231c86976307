#include "operator.h"

OPERATOR(ne) = {
    .name = "ne",
    .doc = "Whether self differs from other; NaN differs from everything, the two zeros are equal.",
    .source = "torch.ne",
    .aliases = { "not_equal" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .result = EXPOPS_RESULT_BOOL,
    .parameters = { TENSOR("self"), OPERAND("other") },
    .samples = { { -4, 4 }, { -4, 4 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t other)
{
    return !xk_equal(self, other);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    return self != other;
}
#endif
