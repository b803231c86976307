#include "operator.h"
#include "base/error.h"

static expops_status of_size(const expops_operator *op, const expops_value *args, expops_result *result)
{
    result->ndim = (int32_t)args[1].count;
    for (int32_t i = 0; i < result->ndim; i++) {
        result->shape[i] = args[1].as.integers[i];
        if (result->shape[i] < 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "dimension %d of size is %lld; sizes cannot be negative", i,
                               (long long)result->shape[i]);
    }
    return EXPOPS_OK;
}

OPERATOR(new_ones) = {
    .name = "new_ones",
    .doc = "A tensor of the given size, every element 1; self gives the type.",
    .source = "torch.Tensor.new_ones",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .parameters = { TENSOR("self", .shape_only = 1), INTS("size"), DTYPE("dtype") },
    .not_in_place = 1,
    .shape = of_size,
};

#ifdef XK
KERNEL(void)
{
    return xk_from_real(1);
}
#endif
