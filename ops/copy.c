#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view out;
    EXPOPS_TRY(expops_draft_like(d, 0, &out));
    EXPOPS_TRY_SAYING(d->args[1].kind == EXPOPS_VALUE_TENSOR ? expops_view_expands_to(d->tensor + 1, &out) : EXPOPS_OK,
                      "argument src");
    expops_leaf_argument(expops_draft_leaf(d, d->op, EXPOPS_FAMILY_POINTWISE, &out), 1);
    return EXPOPS_OK;
}

OPERATOR(copy) = {
    .name = "copy",
    .doc =
        "The elements of src, broadcast to self's shape and converted to its type: a fraction is cut off, an imaginary "
        "part dropped.",
    .source = "torch.Tensor.copy_",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .parameters = { TENSOR("self"), OPERAND("src"), BOOL("non_blocking", DEFAULT(0)) },
    .arithmetic = EXPOPS_ARITHMETIC_MOVES,
    .draft = draft,
    .elementwise = 1,
    .samples = { { -100, 100, .shape_only = 1 }, { -100, 100 } },
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
