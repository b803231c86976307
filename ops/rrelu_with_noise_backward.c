#include "draft/draft.h"
#include "draft/number.h"
#include "operator.h"

/* A negative slope turns the result's sign, which then no longer says where self was above 0. */
static expops_status check(const expops_operator *op, const expops_value *args, int common)
{
    const double lower = expops_number_value(op, 3, args + 3), upper = expops_number_value(op, 4, args + 4);
    if (args[5].as.integer || !args[6].as.integer || (lower + upper) / 2 >= 0) /* NaN is not */
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                       "%s: argument self_is_result is true, which takes a slope, the mean of lower %g and upper %g, "
                       "that is not below 0",
                       op->name, lower, upper);
}

extern const expops_operator expops_operator_mul;

/* In training self is not read: the gradient is a product. */
static expops_status draft(expops_draft *d)
{
    expops_view out;
    EXPOPS_TRY(expops_draft_elementwise(d, &out));
    if (!d->args[5].as.integer) {
        expops_draft_own(d, &out);
        return EXPOPS_OK;
    }
    expops_leaf *leaf = expops_draft_leaf(d, &expops_operator_mul, EXPOPS_FAMILY_POINTWISE, &out);
    expops_leaf_argument(leaf, 0);
    expops_leaf_argument(leaf, 2);
    return EXPOPS_OK;
}

OPERATOR(rrelu_with_noise_backward) = {
    .name = "rrelu_with_noise_backward",
    .doc = "Gradient of the randomised leaky ReLU: grad_output * noise in training, else grad_output, times the mean "
           "of lower and upper where self is not above 0.",
    .source = "torch.ops.aten.rrelu_with_noise_backward",
    .dtypes = FLOATING,
    .meet = EXPOPS_MEET_SAME,
    .not_in_place = 1,
    .parameters = { TENSOR("grad_output"), TENSOR("self"), TENSOR("noise"), NUMBER("lower"), NUMBER("upper"),
                    BOOL("training"),
                    BOOL("self_is_result",
                         .doc = "Whether self is rrelu's result; its sign says the same either way.") },
    .check = check,
    .draft = draft,
    .elementwise = 1,
    .samples = { { -10, 10 }, { -10, 10 }, { 0, 1 } },
    .bound = { .f32 = 2, .f64 = 2, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t grad_output, xk_t self, xk_t noise, xk_t lower, xk_t upper)
{
    return self > 0 ? grad_output : grad_output * ((lower + upper) * XK_C(0.5));
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double grad_output, long double self, long double noise, long double lower, long double upper,
          long double training, long double self_is_result)
{
    if (training)
        return grad_output * noise;
    return self > 0 ? grad_output : grad_output * (lower + upper) / 2;
}
#endif
