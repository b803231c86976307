#include "draft/draft.h"
#include "operator.h"

/* The type of both tensors; f16, too, of f32: that of an input which log_softmax converted to f32. */
static expops_status check_types(const expops_draft *d)
{
    const int32_t grad = d->tensor[0].dtype, output = d->tensor[1].dtype, input = (int32_t)d->args[3].as.integer;
    if (grad != output)
        return expops_fail(EXPOPS_ERR_DTYPE, "argument output has type %s; expected is grad_output's, %s",
                           expops_dtype_name((expops_dtype)output), expops_dtype_name((expops_dtype)grad));
    if (input != grad && !(input == EXPOPS_DTYPE_F16 && grad == EXPOPS_DTYPE_F32) &&
        d->args[3].kind != EXPOPS_VALUE_NONE)
        return expops_fail(EXPOPS_ERR_DTYPE,
                           "argument input_dtype is %s and grad_output has type %s; expected is the same, "
                           "or f16 and f32",
                           expops_dtype_name((expops_dtype)input), expops_dtype_name((expops_dtype)grad));
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    EXPOPS_TRY(check_types(d));
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
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.5, .bf16 = 0.5 }, /* the last rounding; the reference says the others */
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

/* What cancels needs more digits than a half type has; of an infinite sum no finite terms may be made, which would cancel to NaN. */
XK_FN xk_r xk_map(xk_t grad_output, xk_t output, xk_acc sum)
{
    return grad_output - xk_times_exp(sum, output);
}
#endif

#ifdef EXPOPS_REFERENCE
/* The sum's levels, and 5 roundings of the product: an exponential's two units are 4. Of an infinite sum nothing is rounded, unless
 * the exponential may be lost. */
ROW_REFERENCE
{
    long double sum = 0, sizes = 0;
    for (int64_t i = 0; i < r->n; i++) {
        sum += r->x[i];
        sizes += fabsl(r->x[i]);
    }
    for (int64_t i = 0; i < r->n; i++) {
        const long double share = expl(r->weight[i]);
        r->out[i] = r->x[i] - share * sum;
        r->error[i] = share * (test_levels(r->n) * sizes + 5 * fabsl(sum));
        if (isinf(sizes) && share > 1e-37L)
            r->error[i] = 0;
    }
}
#endif
