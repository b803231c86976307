#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    return expops_draft_map_along(d, 1);
}

OPERATOR(_safe_softmax) = {
    .name = "_safe_softmax",
    .doc = "softmax, but 0 in a row of nothing but negative infinity.",
    .source = "torch._safe_softmax",
    .family = EXPOPS_FAMILY_MAP,
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), INT("dim"), DTYPE("dtype", .doc = "What self is converted to first.") },
    .draft = draft,
    .samples = { { -10, 10 } },
    /* The last rounding; the reference says the others. In half types f32's difference to the largest element, at most 110 where the
     * result is not 0, is off by at most 110 roundings of f32, 2^13 and 2^16 of which are one. */
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.52, .bf16 = 0.51 },
};

#ifdef XK
#include "softmax_quotient.kernel.h"

/* Of nothing but negative infinity the exponentials themselves are 0; said once for a row, and not of each element. */
XK_FN xk_acc xk_settle(xk_acc a, xk_t n)
{
    const int nothing = (a.most == -(xk_t)XK_INFINITY) & !xk_isnan(a.rest);
    const xk_acc row = xk_row_of(a);
    return xk_acc_of(nothing ? 0 : row.most, nothing ? 1 : row.rest);
}

XK_FN xk_r xk_map(xk_t x, xk_acc row)
{
    return xk_quotient_of(x, row);
}
#endif

#ifdef EXPOPS_REFERENCE
/* Errors as softmax's. */
ROW_REFERENCE
{
    long double most = -INFINITY, sum = 0, gaps = 0;
    int nothing = 1; /* a row of -inf alone gives 0 */
    for (int64_t i = 0; i < r->n; i++) {
        most = r->x[i] > most ? r->x[i] : most;
        nothing = nothing && r->x[i] == -INFINITY;
    }
    for (int64_t i = 0; i < r->n; i++) {
        const long double gap = r->x[i] - most;
        sum += expl(gap);
        gaps += isfinite(gap) ? fabsl(gap) * expl(gap) : 0;
    }
    for (int64_t i = 0; i < r->n; i++) {
        r->out[i] = nothing ? 0 : expl(r->x[i] - most) / sum;
        r->error[i] = (6 + 7 * test_levels(r->n) * (1 - 1 / sum) + gaps / sum) * r->out[i];
    }
}
#endif
