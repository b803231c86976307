#include "operator.h"

OPERATOR(copy) = {
    .name = "copy",
    .doc =
        "The elements of src, broadcast to self's shape and converted to its type: a fraction is cut off, an imaginary "
        "part dropped.",
    .source = "torch.Tensor.copy_",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_SELF,
    .parameters = { TENSOR("self", .shape_only = 1), OPERAND("src", .converts = 1), BOOL("non_blocking", DEFAULT(0)) },
    .moves = 1,
    .samples = { { -100, 100 }, { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t src)
{
    return src;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double src, long double non_blocking)
{
    return src;
}
#endif
