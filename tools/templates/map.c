#include "operator.h"
#include "draft/draft.h"

/* Rows are the last dimensions, of exactly the given sizes. */
static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    int64_t strides[EXPOPS_MAX_RANK];
    uint8_t walked[EXPOPS_MAX_RANK];
    expops_view out;
    EXPOPS_TRY(expops_view_last_dims(self, d->args[1].as.integers, d->args[1].count, walked));
    expops_draft_strides(d, self->ndim, self->shape, strides);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, self->shape, strides, &out));
    expops_leaf *leaf = expops_draft_map(d, d->op, &out, walked);
    expops_leaf_row_argument(leaf, 0, self, walked);
    expops_leaf_argument(leaf, 2);
    return EXPOPS_OK;
}

OPERATOR(NAME) = {
    .name = "NAME",
    .doc = "self / sqrt(sum(self^2) + eps), the sum over the last dimensions, whose sizes are "
           "normalized_shape.",
    .source = "NAME",
    .family = EXPOPS_FAMILY_MAP,
    .dtypes = FLOATING,
    .meet = EXPOPS_MEET_FIRST,
    .parameters = { TENSOR("self"), INTS("normalized_shape", .doc = "Sizes of the dimensions a row consists of."),
                    NUMBER("eps", DEFAULT(1e-6)) },
    .draft = draft,
    .samples = { { -10, 10 } },
    .bound = { .f32 = 8, .f64 = 16, .f16 = 1, .bf16 = 1 },
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
    return xk_rsqrt(a + eps);
}

XK_FN xk_r xk_map(xk_t x, xk_acc scale)
{
    return x * scale;
}
#endif

#ifdef EXPOPS_REFERENCE
ROW_REFERENCE
{
    long double sum = 0;
    for (int64_t i = 0; i < r->n; i++)
        sum += r->x[i] * r->x[i];
    for (int64_t i = 0; i < r->n; i++)
        r->out[i] = r->x[i] / sqrtl(sum + r->numbers[0]);
}
#endif
