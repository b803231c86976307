#include "operator.h"

OPERATOR(fill) = {
    .name = "fill",
    .doc = "A tensor of self's shape and type, every element value (a number or a tensor of no dimensions).",
    .source = "torch.fill",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_SELF,
    .parameters = { TENSOR("self", .shape_only = 1),
                    OPERAND("value", .max_ndim = 1, .converts = 1, .meets = EXPOPS_MEETS_COMMON) },
    .samples = { { -100, 100 }, { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t value)
{
    return value;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double value)
{
    return value;
}
#endif
