#include "operator.h"
#include "draft/draft.h"

static expops_status draft(expops_draft *d)
{
    const int64_t n = d->args[0].as.integer, m = d->args[1].kind == EXPOPS_VALUE_NONE ? n : d->args[1].as.integer;
    const int64_t shape[] = { n, m }, row_less_column[] = { 1, -1 };
    expops_view out;
    if (n < 0 || m < 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "%s is %lld; sizes cannot be negative", n < 0 ? "n" : "m",
                           (long long)(n < 0 ? n : m));
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, 2, shape, NULL, &out));
    expops_leaf *leaf = expops_draft_leaf(d, d->op, EXPOPS_FAMILY_POINTWISE, &out);
    expops_leaf_computes(leaf, EXPOPS_DTYPE_I64, EXPOPS_DTYPE_BOOL);
    expops_leaf_position(leaf, row_less_column, 0);
    return EXPOPS_OK;
}

OPERATOR(eye) = {
    .name = "eye",
    .doc = "A matrix of n rows and m columns (n where left out): 1 on the diagonal, else 0; f32 where dtype names no "
           "other.",
    .source = "torch.eye",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .not_in_place = 1,
    .parameters = { INT("n"), INT("m", .optional = 1), DTYPE("dtype") },
    .draft = draft,
    .samples = { { .ints = EXPOPS_SAMPLES_ROW }, { .ints = EXPOPS_SAMPLES_ROW } },
};

#ifdef XK
/* Row less column. */
KERNEL(xk_long position)
{
    return position == 0;
}
#endif
