#include "operator.h"

OPERATOR(zero) = {
    .name = "zero",
    .doc = "A tensor of self's shape and type, every element 0.",
    .source = "torch.Tensor.zero_",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .parameters = { TENSOR("self", .shape_only = 1) },
};

#ifdef XK
KERNEL(void)
{
    return xk_from_real(0);
}
#endif
