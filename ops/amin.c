#include "operator.h"
#include "draft/draft.h"

static expops_status draft(expops_draft *d)
{
    return expops_draft_reduction(d, d->args[1].as.integers, d->args[1].count, d->args[2].as.integer != 0, 0);
}

OPERATOR(amin) = {
    .name = "amin",
    .doc = "The smallest element over the dimensions dim, all of them where dim is empty; NaN wins over any number.",
    .source = "torch.amin",
    .family = EXPOPS_FAMILY_REDUCE,
    .dtypes = FLOATING | INTEGRAL | BOOLEAN,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("dim", .optional = 1), BOOL("keepdim", DEFAULT(0)) },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef XK
#define XK_PICKED(a, b) ((b) < (a) ? (b) : (a))
typedef xk_t xk_acc;

XK_FN xk_acc xk_identity(void)
{
#if XK_F32
    return XK_INFINITY;
#elif XK_F64
    return (xk_t)XK_INFINITY;
#elif XK_I64
    return 0x7fffffffffffffffL;
#else
    return 0x7fffffff;
#endif
}

XK_FN xk_acc xk_lift(xk_t x)
{
    return x;
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    const xk_t chosen = XK_PICKED(a, b); /* an instruction, and a NaN in `a` stays */
    return xk_isnan(b) ? b : chosen;
}

XK_FN xk_r xk_finish(xk_acc a, xk_t n)
{
    return a;
}
#endif

#ifdef EXPOPS_REFERENCE
ROW_REFERENCE
{
    r->out[0] = r->x[0];
    for (int64_t i = 0; i < r->n; i++)
        if (isnan(r->x[i]) || r->x[i] < r->out[0])
            r->out[0] = r->x[i];
}
#endif
