#include "draft/draft.h"
#include "draft/number.h"
#include "operator.h"

static expops_status check(const expops_operator *op, const expops_value *args, int common)
{
    const double delta = expops_number_value(op, 3, args + 3);
    if (delta > 0) /* NaN is not */
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument delta is %g; it must be above 0", op->name, delta);
}

static expops_status draft(expops_draft *d)
{
    return expops_draft_loss(d, 2);
}

OPERATOR(huber_loss) = {
    .name = "huber_loss",
    .doc = "The square / 2 of self - target, or where that is above delta, delta * (|self - target| - delta / 2): of "
           "each element, or their mean or sum.",
    .source = "torch.nn.functional.huber_loss",
    .dtypes = FLOATING,
    .result = EXPOPS_RESULT_FIRST,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), TENSOR("target"), WORD_DEFAULT("reduction", 1, "none", "mean", "sum"),
                    NUMBER("delta", DEFAULT(1), .meets = EXPOPS_MEETS_EXACT, .doc = "Above 0.") },
    .check = check,
    .draft = draft,
    .samples = { { -10, 10 }, { -10, 10 } },
    .bound = { .f32 = 8, .f64 = 8, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t target, xk_t delta)
{
    const xk_t gap = xk_fabs(self - target);
    const xk_t near = XK_C(0.5) * gap * gap, far = delta * (gap - XK_C(0.5) * delta);
    return gap < delta ? near : far;
}

#include "sum.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double target, long double reduction, long double delta)
{
    const long double gap = fabsl(self - target);
    return gap < delta ? powl(gap, 2) / 2 : delta * gap - powl(delta, 2) / 2;
}
#endif
