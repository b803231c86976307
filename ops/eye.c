#include "operator.h"
#include "base/error.h"

static expops_status square(const expops_operator *op, const expops_value *args, expops_result *result)
{
    const int64_t n = args[0].as.integer, m = args[1].kind == EXPOPS_VALUE_NONE ? n : args[1].as.integer;
    if (n < 0 || m < 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "%s is %lld; sizes cannot be negative", n < 0 ? "n" : "m",
                           (long long)(n < 0 ? n : m));
    result->ndim = 2;
    result->shape[0] = n;
    result->shape[1] = m;
    return EXPOPS_OK;
}

OPERATOR(eye) = {
    .name = "eye",
    .doc = "A matrix of n rows and m columns (n where left out): 1 on the diagonal, else 0; f32 where dtype names no "
           "other.",
    .source = "torch.eye",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_POSITION,
    .not_in_place = 1,
    .parameters = { INT("n"), INT("m", .optional = 1), DTYPE("dtype") },
    .shape = square,
    .position = { 1, -1 },
};

#ifdef XK
/* Row less column. */
KERNEL(xk_t position)
{
    return position == 0;
}
#endif
