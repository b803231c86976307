#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    expops_view view = *self;
    int32_t dim0, dim1;
    EXPOPS_TRY_SAYING(expops_view_dim(self->ndim, d->args[1].as.integer, &dim0), "argument dim0");
    EXPOPS_TRY_SAYING(expops_view_dim(self->ndim, d->args[2].as.integer, &dim1), "argument dim1");
    if (self->ndim) {
        view.shape[dim0] = self->shape[dim1];
        view.shape[dim1] = self->shape[dim0];
        view.strides[dim0] = self->strides[dim1];
        view.strides[dim1] = self->strides[dim0];
    }
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(transpose) = {
    .name = "transpose",
    .doc = "self with the dimensions dim0 and dim1 in each other's place.",
    .source = "torch.transpose",
    .aliases = { "swapaxes", "swapdims" },
    .copy = "transpose_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("dim0"), INT("dim1") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t dim0 = move_wrapped(m->argument[1].integer, m->ndim);
    const int64_t dim1 = move_wrapped(m->argument[2].integer, m->ndim);
    int64_t place[MOVE_RANK];
    for (int32_t i = 0; i < m->ndim; i++)
        place[i] = at[i == dim0 ? dim1 : i == dim1 ? dim0 : i];
    return move_element(m, 0, place);
}
#endif
