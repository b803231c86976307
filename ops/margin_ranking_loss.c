#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    if (d->tensor[0].ndim != d->tensor[1].ndim || d->tensor[0].ndim != d->tensor[2].ndim)
        return expops_fail(EXPOPS_ERR_SHAPE,
                           "input1, input2 and target have %d, %d and %d dimensions; they need the same",
                           d->tensor[0].ndim, d->tensor[1].ndim, d->tensor[2].ndim);
    for (int i = 0; i < 3; i++)
        if (d->tensor[i].dtype == EXPOPS_DTYPE_BOOL)
            return expops_fail(EXPOPS_ERR_DTYPE, "argument %s is bool, which cannot be subtracted",
                               d->op->parameters[i].name);
    if (WHOLE >> d->tensor[0].dtype & WHOLE >> d->tensor[1].dtype & 1u)
        return expops_fail(EXPOPS_ERR_DTYPE,
                           "input1 and input2 are %s and %s; one has to be floating, as a difference of integers wraps",
                           expops_dtype_name((expops_dtype)d->tensor[0].dtype),
                           expops_dtype_name((expops_dtype)d->tensor[1].dtype));
    return expops_draft_loss(d, 4);
}

OPERATOR(margin_ranking_loss) = {
    .name = "margin_ranking_loss",
    .doc = "margin - target * (input1 - input2), or 0 where that is negative: of each element, or their mean or sum.",
    .source = "torch.nn.functional.margin_ranking_loss",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("input1"), TENSOR("input2"), TENSOR("target"),
                    NUMBER("margin", DEFAULT(0), .meets = EXPOPS_MEETS_EXACT),
                    WORD_DEFAULT("reduction", 1, "none", "mean", "sum") },
    .draft = draft,
    .samples = { { -10, 10 }, { -10, 10 }, { -1, 1 } },
    .bound = { .f32 = 8, .f64 = 8, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t input1, xk_t input2, xk_t target, xk_t margin)
{
    const xk_t loss = margin - target * (input1 - input2);
    return loss < 0 ? 0 : loss;
}

#include "sum.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double input1, long double input2, long double target, long double margin, long double reduction)
{
    const long double loss = target * input2 - target * input1 + margin;
    return loss < 0 ? 0 : loss;
}
#endif
