#include "draft/draft.h"
#include "operator.h"

/* What PyTorch takes where eps is absent: of the arithmetic, which for the half types is f32's. */
static double machine_epsilon(const expops_draft *d)
{
    return d->compute == EXPOPS_COMPUTE_F32 ? 0x1p-23 : 0x1p-52;
}

/* Rows are the last dimensions, of exactly the given sizes. */
static expops_status draft(expops_draft *d)
{
    const expops_view *input = d->tensor, *weight = d->tensor + 2;
    const int64_t *sizes = d->args[1].as.integers;
    const uint32_t count = d->args[1].count;
    int64_t strides[EXPOPS_MAX_RANK];
    uint8_t walked[EXPOPS_MAX_RANK];
    expops_view out;
    EXPOPS_TRY(expops_view_last_dims(input, sizes, count, walked));
    if (d->args[2].kind == EXPOPS_VALUE_TENSOR)
        EXPOPS_TRY_SAYING(expops_view_has_shape(weight, (int32_t)count, sizes), "argument weight");
    expops_draft_strides(d, input->ndim, input->shape, strides);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, input->ndim, input->shape, strides, &out));
    expops_leaf *leaf = expops_draft_map(d, d->op, &out, walked);
    expops_leaf_row_argument(leaf, 0, input, walked);
    expops_leaf_argument_as(leaf, 2, weight);
    if (d->args[3].kind == EXPOPS_VALUE_NONE)
        expops_leaf_constant(leaf, machine_epsilon(d), 1);
    else
        expops_leaf_argument(leaf, 3);
    return EXPOPS_OK;
}

OPERATOR(rms_norm) = {
    .name = "rms_norm",
    .doc = "input / sqrt(mean(input^2) + eps) * weight, the mean over the last dimensions, whose sizes are "
           "normalized_shape.",
    .source = "torch.nn.functional.rms_norm",
    .family = EXPOPS_FAMILY_MAP,
    .dtypes = FLOATING,
    .meet = EXPOPS_MEET_FIRST,
    .parameters = { TENSOR("input"), INTS("normalized_shape", .doc = "Sizes of the dimensions a row consists of."),
                    TENSOR("weight", DEFAULT(1), .dtypes = FLOATING | WHOLE | BOOLEAN, .meets = EXPOPS_MEETS_EXACT,
                           .doc = "Of shape normalized_shape; absent means ones."),
                    NUMBER("eps", .optional = 1, .meets = EXPOPS_MEETS_EXACT,
                           .doc = "Absent means the machine epsilon of the arithmetic: f32, for f64 f64.") },
    .draft = draft,
    .samples = { { -10, 10 }, { .ints = EXPOPS_SAMPLES_ROW }, { 0.5, 2, .row = 1 } },
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.5, .bf16 = 0.5 }, /* the last rounding; the reference says the others */
};

#ifdef XK
typedef xk_t xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return 0;
}

XK_FN xk_acc xk_lift(xk_t x)
{
    return x * x;
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    return a + b;
}

XK_FN xk_acc xk_settle(xk_acc a, xk_t n, xk_t eps)
{
    return xk_rsqrt(a / n + eps);
}

XK_FN xk_r xk_map(xk_t x, xk_t weight, xk_acc scale)
{
    return x * scale * weight;
}
#endif

#ifdef EXPOPS_REFERENCE
/* A square's rounding, those of the sum's levels and the division's are as many of the mean, eps is rounded once, and so is what it is
 * added to; half of that reaches the root, whose two units are 4 roundings. Two products add 2. */
ROW_REFERENCE
{
    long double sum = 0;
    for (int64_t i = 0; i < r->n; i++)
        sum += r->x[i] * r->x[i];
    const long double mean = sum / r->n, eps = r->numbers[0], scale = 1 / sqrtl(mean + eps);
    const long double roundings = ((test_levels(r->n) + 2) * mean + fabsl(eps)) / fabsl(mean + eps) + 1;
    for (int64_t i = 0; i < r->n; i++) {
        r->out[i] = r->x[i] * scale * (r->weight ? r->weight[i] : 1);
        r->error[i] = (roundings / 2 + 6) * fabsl(r->out[i]);
    }
}
#endif
