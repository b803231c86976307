#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    const int64_t index = d->args[2].as.integer;
    expops_view view = *self;
    int32_t dim;
    if (self->ndim == 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has no dimension to select from");
    EXPOPS_TRY_SAYING(expops_view_dim(self->ndim, d->args[1].as.integer, &dim), "argument dim");
    if (index < -self->shape[dim] || index >= self->shape[dim])
        return expops_fail(EXPOPS_ERR_SHAPE, "argument index is %lld; dimension %d of self has the size %lld",
                           (long long)index, dim, (long long)self->shape[dim]);
    view.offset += (index < 0 ? index + self->shape[dim] : index) * self->strides[dim];
    expops_view_drop(&view, dim);
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(select) = {
    .name = "select",
    .doc = "Entry index of self's dimension dim.",
    .source = "torch.select",
    .copy = "select_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("dim"), INT("index", .doc = "Negative counts from the last.") },
    .draft = draft,
    .samples = { { -100, 100 } },
};
