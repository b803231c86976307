#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    return expops_draft_loss(d, 2);
}

OPERATOR(soft_margin_loss) = {
    .name = "soft_margin_loss",
    .doc = "log(1 + exp(-target * self)) of each element, infinite where the exponential is, or their mean or sum.",
    .source = "torch.nn.functional.soft_margin_loss",
    .dtypes = FLOATING,
    .result = EXPOPS_RESULT_FIRST,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), TENSOR("target"), WORD_DEFAULT("reduction", 1, "none", "mean", "sum") },
    .draft = draft,
    .samples = { { -10, 10 }, { -1, 1 } },
    .bound = { .f32 = 8, .f64 = 8, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t target)
{
    return xk_log1p_positive(xk_exp(-target * self));
}

#include "sum.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double target, long double reduction)
{
    return log1pl(expl(-target * self));
}
#endif
