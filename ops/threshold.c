#include "operator.h"

OPERATOR(threshold) = {
    .name = "threshold",
    .doc = "self where it is above threshold, else value; NaN is kept.",
    .source = "torch.nn.functional.threshold",
    .dtypes = FLOATING | INTEGRAL,
    .parameters = { TENSOR("self"), NUMBER("threshold"), NUMBER("value", .meets = EXPOPS_MEETS_COMMON) },
    .samples = { { -3, 3 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t threshold, xk_t value)
{
    return self <= threshold ? value : self;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double threshold, long double value)
{
    return self <= threshold ? value : self;
}
#endif
