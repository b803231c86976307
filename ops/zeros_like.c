#include "operator.h"

OPERATOR(zeros_like) = {
    .name = "zeros_like",
    .doc = "A tensor of self's shape, every element 0.",
    .source = "torch.zeros_like",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .parameters = { TENSOR("self", .shape_only = 1), DTYPE("dtype") },
};

#ifdef XK
KERNEL(void)
{
    return xk_from_real(0);
}
#endif
