#include "operator.h"

static expops_status no_dimensions(const expops_operator *op, const expops_value *args, expops_result *result)
{
    result->ndim = 0;
    return EXPOPS_OK;
}

OPERATOR(scalar_tensor) = {
    .name = "scalar_tensor",
    .doc = "The number s as a tensor of no dimensions, of type f32 where dtype names no other.",
    .source = "torch.scalar_tensor",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .not_in_place = 1,
    .parameters = { NUMBER("s"), DTYPE("dtype") },
    .shape = no_dimensions,
};

#ifdef XK
KERNEL(xk_t s)
{
    return s;
}
#endif
