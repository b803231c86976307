#include "draft/draft.h"
#include "operator.h"

/* Of each element by itself: as a row of one. */
static expops_status draft_elements(expops_draft *d)
{
    uint8_t walked[EXPOPS_MAX_RANK] = { 0 };
    expops_view self = d->tensor[0], out;
    if (self.ndim == EXPOPS_MAX_RANK)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "self has %d dimensions; %d is the most here", self.ndim,
                           self.ndim - 1);
    walked[self.ndim] = 1;
    expops_view_insert(&self, self.ndim, 1);
    EXPOPS_TRY(expops_draft_reduced(d, &self, walked, 0, 1, &out));
    expops_leaf_row_argument(expops_draft_reduce(d, d->op, &self, walked, &out, 0), 0, &self, walked);
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    if (d->args[1].kind != EXPOPS_VALUE_NONE && !d->args[1].count)
        return draft_elements(d);
    return expops_draft_reduction(d, d->args[1].as.integers, d->args[1].count, d->args[2].as.integer != 0, 1);
}

OPERATOR(any) = {
    .name = "any",
    .doc = "Whether some element over the dimensions dim, all of them without it, is not 0; of u8 the result "
           "is u8. An empty dim names none: each element is looked at by itself.",
    .source = "torch.any",
    .family = EXPOPS_FAMILY_REDUCE,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .result = EXPOPS_RESULT_TRUTH,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("dim", .optional = 1, .drafted = 1), BOOL("keepdim", DEFAULT(0)) },
    .draft = draft,
    .samples = { { -1, 1 } },
};

#ifdef XK
typedef int xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return 0;
}

XK_FN xk_acc xk_lift(xk_t x)
{
    return xk_is_true(x);
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    return a | b;
}

XK_FN xk_r xk_finish(xk_acc a, xk_t n)
{
    return a;
}
#endif

#ifdef EXPOPS_REFERENCE
ROW_REFERENCE
{
    r->out[0] = 0;
    for (int64_t i = 0; i < r->n; i++)
        if (r->x[i] != 0)
            r->out[0] = 1;
}
#endif
