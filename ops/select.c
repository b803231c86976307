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

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const expops_move_argument *self = m->argument;
    const int64_t dim = move_wrapped(m->argument[1].integer, self->ndim);
    int64_t place[MOVE_RANK];
    for (int32_t i = 0, from = 0; i < self->ndim; i++)
        place[i] = i == dim ? move_wrapped(m->argument[2].integer, self->shape[i]) : at[from++];
    return move_element(m, 0, place);
}
#endif
