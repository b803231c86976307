#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view out;
    EXPOPS_TRY(expops_draft_like(d, 0, &out));
    (void)expops_draft_leaf(d, d->op, EXPOPS_FAMILY_POINTWISE, &out);
    return EXPOPS_OK;
}

OPERATOR(zero) = {
    .name = "zero",
    .doc = "A tensor of self's shape and type, every element 0.",
    .source = "torch.Tensor.zero_",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .draft = draft,
    .samples = { { .shape_only = 1 } },
    .parameters = { TENSOR("self") },
};

#ifdef XK
KERNEL(void)
{
    return xk_from_real(0);
}
#endif
