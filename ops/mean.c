#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_draft_names_result(d, 3);
    return expops_draft_reduction(d, d->args[1].as.integers, d->args[1].count, d->args[2].as.integer != 0, 1);
}

OPERATOR(mean) = {
    .name = "mean",
    .doc = "The mean over the dimensions dim, all of them where dim is empty; of nothing it is NaN.",
    .source = "torch.mean",
    .family = EXPOPS_FAMILY_REDUCE,
    .dtypes = FLOATING | COMPLEX,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("dim", .optional = 1), BOOL("keepdim", DEFAULT(0)),
                    DTYPE("dtype", .doc = "What self is converted to first, and the result's; "
                                          "the output's where it is left out.") },
    .draft = draft,
    .samples = { { 0, 100 } },
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.5, .bf16 = 0.5 }, /* the last rounding; the reference says the others */
};

#ifdef XK
#include "added.kernel.h"

#if XK_C64 || XK_C128
#define XK_OVER(a, n) xk_complex(a.re / n.re, a.im / n.re)
#else
#define XK_OVER(a, n) (a / n)
#endif

XK_FN xk_r xk_finish(xk_acc a, xk_t n)
{
    return XK_OVER(a, n);
}
#endif

#ifdef EXPOPS_REFERENCE
ROW_REFERENCE
{
    long double sum = 0, sizes = 0;
    for (int64_t i = 0; i < r->n; i++) {
        sum += r->x[i];
        sizes += fabsl(r->x[i]);
    }
    r->out[0] = sum / r->n;
    r->error[0] = r->n ? (test_levels(r->n) + 1) * sizes / r->n : 0; /* the sum's roundings and the division's */
}
#endif
