#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view out;
    EXPOPS_TRY(expops_draft_like(d, 0, &out));
    EXPOPS_TRY_SAYING(expops_view_at_most(d->args + 1, d->tensor + 1, 0), "argument value");
    expops_leaf_argument(expops_draft_leaf(d, d->op, EXPOPS_FAMILY_POINTWISE, &out), 1);
    return EXPOPS_OK;
}

OPERATOR(fill) = {
    .name = "fill",
    .doc = "A tensor of self's shape and type, every element value (a number or a tensor of no dimensions).",
    .source = "torch.fill",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .parameters = { TENSOR("self"), OPERAND("value", .meets = EXPOPS_MEETS_COMMON) },
    .draft = draft,
    .elementwise = 1,
    .samples = { { -100, 100, .shape_only = 1 }, { -100, 100, .scalar = 1 } },
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
