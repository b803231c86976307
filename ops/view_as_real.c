#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    expops_view view = *self;
    if (self->ndim == EXPOPS_MAX_RANK)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has %d dimensions; one more is not supported", self->ndim);
    view.dtype = d->result;
    for (int32_t i = 0; i < self->ndim; i++)
        view.strides[i] *= 2;
    view.shape[view.ndim] = 2;
    view.strides[view.ndim++] = 1;
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(view_as_real) = {
    .name = "view_as_real",
    .doc = "A complex tensor as one of real numbers: the last dimension is added, of size 2, with the real and the "
           "imaginary part.",
    .source = "torch.view_as_real",
    .copy = "view_as_real_copy",
    .dtypes = COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .result = EXPOPS_RESULT_REAL,
    .not_in_place = 1,
    .parameters = { TENSOR("self") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const expops_element both = move_element(m, 0, at);
    return (expops_element){ at[m->ndim - 1] ? both.im : both.re, 0, both.none, both.outside };
}
#endif
