#include "operator.h"
#include "draft/draft.h"

/* Which dimensions a row walks: all of them where dim is empty. */
static expops_status draft(expops_draft *d)
{
    return expops_draft_reduction(d, d->args[1].as.integers, d->args[1].count, d->args[2].as.integer != 0, 0);
}

OPERATOR(NAME) = {
    .name = "NAME",
    .doc = "The largest magnitude over the dimensions dim, all of them where dim is empty; NaN wins over any number.",
    .source = "NAME",
    .family = EXPOPS_FAMILY_REDUCE,
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("dim", .optional = 1), BOOL("keepdim", DEFAULT(0)) },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef XK
typedef xk_t xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return 0;
}

XK_FN xk_acc xk_lift(xk_t x)
{
    return xk_fabs(x);
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    return a < b || xk_isnan(b) ? b : a;
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
        if (isnan(r->x[i]) || fabsl(r->x[i]) > r->out[0])
            r->out[0] = fabsl(r->x[i]);
}
#endif
