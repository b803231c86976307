#include "operator.h"
#include "draft/draft.h"

/* Dimension dim, brought to the end, is what the window walks. */
static expops_status draft(expops_draft *d)
{
    expops_view self = d->tensor[0], out;
    uint8_t walked[EXPOPS_MAX_RANK] = { 0 };
    int32_t dim;
    if (!self.ndim)
        return expops_fail(EXPOPS_ERR_SHAPE, "self has no dimension whose elements have neighbours");
    EXPOPS_TRY_SAYING(expops_view_dim(self.ndim, d->args[1].as.integer, &dim), "argument dim");
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self.ndim, self.shape, NULL, &out));
    walked[dim] = 1;
    expops_view_to_end(&self, walked);
    expops_view_to_end(&out, walked);
    expops_draft_window(d, &out, 0, &self, 1, 0, self.shape[self.ndim - 1]); /* WINDOW comes to no larger number */
    return EXPOPS_OK;
}

OPERATOR(NAME) = {
    .name = "NAME",
    .doc = "The mean of each element and its neighbours along dim; those at an end have one.",
    .source = "NAME",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("dim") },
    .draft = draft,
    .samples = { { -10, 10 } },
    .bound = { .f32 = 3, .f64 = 3, .f16 = 1, .bf16 = 1, .by_terms = 1 },
};

#ifdef XK
#include "added.kernel.h"

/* The elements from the one before to the one behind, as far as there are any. */
WINDOW
{
    const xk_index first = at[d] > 0 ? at[d] - 1 : 0;
    const xk_index last = at[d] + 1 < XK_IN(d) ? at[d] + 1 : at[d];
    return xk_run_of(first, last - first + 1, 1);
}

XK_FN xk_r xk_finish(xk_acc a, xk_t n)
{
    return a / n;
}
#endif

#ifdef EXPOPS_REFERENCE
ROW_REFERENCE
{
    for (int64_t i = 0; i < r->n; i++) {
        const int before = i > 0, behind = i + 1 < r->n;
        const long double sum = (before ? r->x[i - 1] : 0) + r->x[i] + (behind ? r->x[i + 1] : 0);
        r->out[i] = sum / (1 + before + behind);
    }
}
#endif
