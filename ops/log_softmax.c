#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    return expops_draft_map_along(d, 1);
}

OPERATOR(log_softmax) = {
    .name = "log_softmax",
    .doc = "self - log(sum(exp(self))), the sum along dim; a row with an infinity above all or NaN is NaN.",
    .source = "torch.log_softmax",
    .family = EXPOPS_FAMILY_MAP,
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), INT("dim"), DTYPE("dtype", .doc = "What self is converted to first.") },
    .draft = draft,
    .samples = { { -10, 10 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1, .by_terms = 1 },
};

#ifdef XK
#include "softmax.kernel.h"

XK_FN xk_acc xk_settle(xk_acc a, xk_t n)
{
    a = xk_checked(a);
    return xk_acc_of(a.most, xk_log1p(a.rest));
}

XK_FN xk_r xk_map(xk_t x, xk_acc row)
{
    return x - row.most - row.rest;
}
#endif

#ifdef EXPOPS_REFERENCE
ROW_REFERENCE
{
    long double most = -INFINITY, sum = 0;
    for (int64_t i = 0; i < r->n; i++)
        most = r->x[i] > most ? r->x[i] : most;
    for (int64_t i = 0; i < r->n; i++)
        sum += expl(r->x[i] - most);
    for (int64_t i = 0; i < r->n; i++)
        r->out[i] = r->x[i] - most - logl(sum);
}
#endif
