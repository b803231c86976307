#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    const expops_value *size = d->args + 1;
    expops_view out;
    for (uint32_t i = 0; i < size->count; i++)
        if (size->as.integers[i] < 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "dimension %u of size is %lld; sizes cannot be negative", i,
                               (long long)size->as.integers[i]);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, (int32_t)size->count, size->as.integers, NULL, &out));
    (void)expops_draft_leaf(d, d->op, EXPOPS_FAMILY_POINTWISE, &out);
    return EXPOPS_OK;
}

OPERATOR(new_ones) = {
    .name = "new_ones",
    .doc = "A tensor of the given size, every element 1; self gives the type.",
    .source = "torch.Tensor.new_ones",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .parameters = { TENSOR("self"), INTS("size"), DTYPE("dtype") },
    .not_in_place = 1,
    .draft = draft,
    .samples = { { .shape_only = 1 }, { .ints = EXPOPS_SAMPLES_SHAPE } },
};

#ifdef XK
KERNEL(void)
{
    return xk_from_real(1);
}
#endif
