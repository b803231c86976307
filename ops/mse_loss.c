#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    return expops_draft_loss(d, 2);
}

OPERATOR(mse_loss) = {
    .name = "mse_loss",
    .doc = "(self - target)^2 of each element, or their mean or sum.",
    .source = "torch.nn.functional.mse_loss",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), TENSOR("target"), WORD_DEFAULT("reduction", 1, "none", "mean", "sum") },
    .draft = draft,
    .samples = { { -10, 10 }, { -10, 10 } },
    .bound = { .f32 = 8, .f64 = 8, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t target)
{
    const xk_t gap = self - target;
    return gap * gap;
}

#include "sum.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double target, long double reduction)
{
    return powl(fabsl(self - target), 2);
}
#endif
