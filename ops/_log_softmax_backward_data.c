#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    EXPOPS_TRY_SAYING(expops_view_has_shape(d->tensor + 1, d->tensor[0].ndim, d->tensor[0].shape), "argument output");
    return expops_draft_map_along(d, 2);
}

OPERATOR(_log_softmax_backward_data) = {
    .name = "_log_softmax_backward_data",
    .doc = "Gradient of log_softmax: grad_output - exp(output) * sum(grad_output), the sum along dim; of type "
           "input_dtype.",
    .source = "torch.ops.aten._log_softmax_backward_data",
    .family = EXPOPS_FAMILY_MAP,
    .dtypes = FLOATING,
    .parameters = { TENSOR("grad_output", .meets = EXPOPS_MEETS_EXACT),
                    TENSOR("output", .meets = EXPOPS_MEETS_EXACT, .doc = "The result of log_softmax."), INT("dim"),
                    DTYPE("input_dtype") },
    .draft = draft,
    .samples = { { -10, 10 }, { -10, 0 } },
    .bound = { .f32 = 8, .f64 = 8, .f16 = 1, .bf16 = 1, .by_terms = 1 },
};

#ifdef XK
typedef xk_t xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return 0;
}

XK_FN xk_acc xk_lift(xk_t grad_output)
{
    return grad_output;
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    return a + b;
}

XK_FN xk_acc xk_settle(xk_acc a, xk_t n)
{
    return a;
}

XK_FN xk_r xk_map(xk_t grad_output, xk_t output, xk_acc sum)
{
    return grad_output - xk_exp(output) * sum;
}
#endif
