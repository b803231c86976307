#include "base/error.h"
#include "operator.h"
#include "view.h"

static expops_status halve(const expops_operator *op, const expops_value *args, expops_view *views)
{
    uint8_t flags[EXPOPS_MAX_RANK];
    int32_t dim = 0;
    if (views->ndim == 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "self has no dimension to halve");
    EXPOPS_TRY(expops_view_dims(views, &args[1].as.integer, 1, flags));
    while (!flags[dim])
        dim++;
    if (views->shape[dim] % 2)
        return expops_fail(EXPOPS_ERR_SHAPE, "dimension %d of self has the odd size %lld and no halves", dim,
                           (long long)views->shape[dim]);
    views->shape[dim] /= 2;
    views->step = views->shape[dim] * views->strides[dim];
    return EXPOPS_OK;
}

OPERATOR(glu) = {
    .name = "glu",
    .doc = "Gated linear unit: the first half of self along dim times the sigmoid of the second.",
    .source = "torch.nn.functional.glu",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self", .pieces = 2), INT("dim", DEFAULT(-1), .doc = "Of even size.") },
    .view = halve,
    .samples = { { -10, 10 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t first, xk_t gate)
{
#if XK_HALF
    return xk_half_gate(first, gate);
#else
    return first * xk_rcp(1 + xk_exp(-gate));
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
/* Of two elements that meet. */
REFERENCE(long double first, long double gate)
{
    return first / (1 + expl(-gate));
}
#endif
