#include "operator.h"
#include "draft/draft.h"

extern const expops_operator expops_operator_relu;

/* Two steps: another operator's body into memory of the call's, then the own body. */
static expops_status draft(expops_draft *d)
{
    expops_view out, rectified;
    EXPOPS_TRY(expops_draft_elementwise(d, &out));
    EXPOPS_TRY(expops_draft_temporary(d, d->common, d->tensor[1].ndim, d->tensor[1].shape, &rectified));
    expops_draft_then(d, &expops_operator_relu, &rectified, &d->tensor[1]);
    expops_leaf *leaf = expops_draft_leaf(d, d->op, EXPOPS_FAMILY_POINTWISE, &out);
    expops_leaf_argument(leaf, 0);
    expops_leaf_view(leaf, &rectified);
    return EXPOPS_OK;
}

OPERATOR(NAME) = {
    .name = "NAME",
    .doc = "self / (1 + relu(other)).",
    .source = "NAME",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), TENSOR("other") },
    .draft = draft,
    .elementwise = 1,
    .samples = { { -30, 30 }, { -30, 30 } },
    .bound = { .f32 = 3, .f64 = 3, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t rectified)
{
    return self / (1 + rectified);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double other)
{
    return self / (1 + (other < 0 ? 0 : other));
}
#endif
