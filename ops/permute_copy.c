#include "operator.h"
#include "view.h"

static expops_status permute(const expops_operator *op, const expops_value *args, expops_view *views)
{
    return expops_view_permute(views, args[1].as.integers, args[1].count);
}

OPERATOR(permute_copy) = {
    .name = "permute_copy",
    .doc = "A compact copy of self with its dimensions in the order dims.",
    .source = "torch.permute_copy",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("dims", .doc = "A permutation; negative counts from the last.") },
    .view = permute,
    .samples = { { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self)
{
    return self;
}
#endif
