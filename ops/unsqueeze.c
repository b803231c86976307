#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    expops_view view = *self;
    int32_t dim;
    if (self->ndim == EXPOPS_MAX_RANK)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has %d dimensions; one more is not supported", self->ndim);
    view.ndim++;
    EXPOPS_TRY_SAYING(expops_view_dim(view.ndim, d->args[1].as.integer, &dim), "argument dim");
    view.shape[dim] = 1;
    view.strides[dim] = 0;
    for (int32_t i = dim; i < self->ndim; i++) {
        view.shape[i + 1] = self->shape[i];
        view.strides[i + 1] = self->strides[i];
    }
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(unsqueeze) = {
    .name = "unsqueeze",
    .doc = "self with a dimension of size 1 put before its dimension dim.",
    .source = "torch.unsqueeze",
    .copy = "unsqueeze_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("dim", .doc = "Of the result; negative counts from its last.") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    return move_numbered(m, 0, move_number(m->ndim, m->shape, at));
}
#endif
