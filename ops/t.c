#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view view = d->tensor[0];
    EXPOPS_TRY_SAYING(expops_view_at_most(d->args, &view, 2), "argument self");
    return view.ndim < 2 || expops_view_permute(&view, (const int64_t[]){ 1, 0 }, 2) == EXPOPS_OK
               ? expops_draft_view_of(d, &expops_operator_detach, &view)
               : EXPOPS_ERR_INTERNAL;
}

OPERATOR(t) = {
    .name = "t",
    .doc = "A matrix transposed; what has fewer dimensions as it is.",
    .source = "torch.t",
    .copy = "t_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t turned[] = { m->ndim == 2 ? at[1] : m->ndim == 1 ? at[0] : 0, at[0] };
    return move_element(m, 0, turned);
}
#endif
