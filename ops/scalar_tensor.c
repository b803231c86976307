#include "draft/draft.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view out;
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, 0, NULL, NULL, &out));
    expops_draft_own(d, &out);
    return EXPOPS_OK;
}

OPERATOR(scalar_tensor) = {
    .name = "scalar_tensor",
    .doc = "The number s as a tensor of no dimensions, of type f32 where dtype names no other.",
    .source = "torch.scalar_tensor",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .not_in_place = 1,
    .parameters = { NUMBER("s"), DTYPE("dtype") },
    .draft = draft,
};

#ifdef XK
KERNEL(xk_t s)
{
    return s;
}
#endif
