#include "draft/draft.h"
#include "operator.h"
#include "draft/promote.h"

static expops_status draft(expops_draft *d)
{
    EXPOPS_TRY_SAYING(expops_view_at_most(d->args + 2, d->tensor + 2, 0), "argument value");
    if (d->args[2].kind == EXPOPS_VALUE_TENSOR && expops_dtype_is_complex(d->tensor[2].dtype) &&
        !expops_dtype_is_complex(d->common) && d->common != EXPOPS_DTYPE_BOOL)
        return expops_fail(EXPOPS_ERR_DTYPE, "argument value is complex, which %s cannot hold",
                           expops_dtype_name((expops_dtype)d->common));
    return expops_draft_default(d);
}

OPERATOR(masked_fill) = {
    .name = "masked_fill",
    .doc = "value (a number or a tensor of no dimensions) where mask is true, else self.",
    .source = "torch.masked_fill",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .parameters = { TENSOR("self"), TENSOR("mask", .dtypes = BOOLEAN), OPERAND("value", .meets = EXPOPS_MEETS_COMMON) },
    .draft = draft,
    .elementwise = 1,
    .samples = { { -100, 100 }, { 0, 1 }, { -100, 100, .scalar = 1 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t mask, xk_t value)
{
    return xk_is_true(mask) ? value : self;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double mask, long double value)
{
    return mask ? value : self;
}
#endif
