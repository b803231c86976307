#include "draft/draft.h"
#include "draft/number.h"
#include "operator.h"

static expops_status check(const expops_operator *op, const expops_value *args, int common)
{
    const double beta = expops_number_value(op, 3, args + 3);
    if (beta >= 0) /* NaN is not */
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument beta is %g; it must be 0 or above", op->name, beta);
}

static expops_status draft(expops_draft *d)
{
    return expops_draft_loss(d, 2);
}

OPERATOR(smooth_l1_loss) = {
    .name = "smooth_l1_loss",
    .doc = "self - target, absolute and less beta / 2, or below beta its square / (2 * beta): of each element, or "
           "their mean or sum.",
    .source = "torch.nn.functional.smooth_l1_loss",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), TENSOR("target"), WORD_DEFAULT("reduction", 1, "none", "mean", "sum"),
                    NUMBER("beta", DEFAULT(1), .meets = EXPOPS_MEETS_EXACT, .doc = "Not negative.") },
    .check = check,
    .draft = draft,
    .samples = { { -10, 10 }, { -10, 10 } },
    .bound = { .f32 = 8, .f64 = 8, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t target, xk_t beta)
{
    const xk_t gap = xk_fabs(self - target);
#if XK_HALF /* A quotient for each element would be most of the work. */
    const int usual = beta > XK_C(1e-30) && beta < XK_C(1e30);
#else
    const int usual = 0;
#endif
    const xk_t square = XK_C(0.5) * gap * gap, near = usual ? square * xk_rcp(beta) : square / beta;
    const xk_t far = gap - XK_C(0.5) * beta;
    return gap < beta ? near : far;
}

#include "sum.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double target, long double reduction, long double beta)
{
    const long double gap = fabsl(self - target);
    return gap < beta ? powl(gap, 2) / (2 * beta) : gap - beta / 2;
}
#endif
