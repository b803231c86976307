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
    .aliases = { "_log_softmax" },
    .family = EXPOPS_FAMILY_MAP,
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), INT("dim"), DTYPE("dtype", .doc = "What self is converted to first.") },
    .draft = draft,
    .samples = { { -10, 10 } },
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.5, .bf16 = 0.5 }, /* the last rounding; the reference says the others */
};

#ifdef XK
#define xk_apart XK_OWN(xk_apart)
enum { xk_apart = 1 };
#include "softmax.kernel.h"
#if XK_AT_HAND
#define XK_SUMS_TERMS 1
#include "softmax_terms.kernel.h"
#endif

XK_FN xk_acc xk_settle(xk_acc a, xk_t n)
{
    a = xk_checked(a);
    return xk_acc_of(a.most, xk_log1p_exact(a.rest));
}

XK_FN xk_r xk_map(xk_t x, xk_acc row)
{
    return x - row.most - row.rest;
}
#endif

#ifdef EXPOPS_REFERENCE
/* The difference to the largest element is rounded; the logarithm of the sum is as far off as the sum is in parts of itself, and by
 * two units of its own. Of the sum the largest element's 1 is exact. Every level of it costs the others 7 roundings: an
 * exponential's two units count as 4, one each an addition, a product, and the addition to the rest; what is left of the
 * difference's rounding counts as often as the exponential falls. */
ROW_REFERENCE
{
    long double most = -INFINITY, rest = 0, gaps = 0;
    int64_t largest = 0;
    for (int64_t i = 0; i < r->n; i++)
        if (r->x[i] > most)
            most = r->x[largest = i];
    for (int64_t i = 0; i < r->n; i++) {
        const long double gap = r->x[i] - most;
        rest += i == largest && isfinite(most) ? 0 : expl(gap);
        gaps += isfinite(gap) ? fabsl(gap) * expl(gap) : 0;
    }
    for (int64_t i = 0; i < r->n; i++) {
        r->out[i] = r->x[i] - most - log1pl(rest);
        r->error[i] = fabsl(r->x[i] - most) + 4 * log1pl(rest) + (7 * test_levels(r->n) * rest + gaps) / (1 + rest);
    }
}
#endif
