#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    return expops_draft_loss(d, 3);
}

OPERATOR(hinge_embedding_loss) = {
    .name = "hinge_embedding_loss",
    .doc = "self where target is 1, margin - self (0 where that is negative) where it is -1, both added where it is "
           "neither: of each element, or their mean or sum.",
    .source = "torch.nn.functional.hinge_embedding_loss",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), TENSOR("target", .dtypes = FLOATING | WHOLE | BOOLEAN, .meets = EXPOPS_MEETS_EXACT),
                    NUMBER("margin", DEFAULT(1), .meets = EXPOPS_MEETS_EXACT),
                    WORD_DEFAULT("reduction", 1, "none", "mean", "sum") },
    .draft = draft,
    .samples = { { -10, 10 }, { -1, 1 } },
    /* The gap's rounding, by the sizes of self and margin; where target is neither they cancel in the sum, which rounds last. */
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.5, .bf16 = 0.5, .by_terms = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t target, xk_t margin)
{
    const xk_t gap = margin - self, below = gap < 0 ? 0 : gap;
    return (target == 1 ? 0 : below) + (target == -1 ? 0 : self);
}

#include "sum.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double target, long double margin, long double reduction)
{
    const long double below = margin - self < 0 ? 0 : margin - self;
    return target == 1 ? self : target == -1 ? below : self + below;
}
#endif
