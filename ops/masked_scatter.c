#include "operator.h"
#include "draft/elements.h"
#include "select.h"

static expops_status draft(expops_draft *d)
{
    expops_view self = d->tensor[0], mask = d->tensor[1], source = d->tensor[2], out, flat;
    int64_t shape[EXPOPS_MAX_RANK];
    int32_t ndim = 0;
    EXPOPS_TRY_SAYING(expops_broadcast(&ndim, shape, &self), "argument self");
    EXPOPS_TRY_SAYING(expops_broadcast(&ndim, shape, &mask), "argument mask");
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, ndim, shape, NULL, &out));
    EXPOPS_TRY(expops_select_flat(d, ndim, shape, &self));
    EXPOPS_TRY(expops_select_flat(d, ndim, shape, &mask));
    EXPOPS_TRY(expops_select_flat(d, source.ndim, d->tensor[2].shape, &source));
    const int64_t elements = self.shape[0];
    flat = out;
    if (expops_view_reshape(&flat, 1, &elements)) {
        flat.strides[0] = elements < 2 ? 1 : flat.strides[0]; /* self's, where it is the output */
        expops_draft_select(d, &flat, &mask, &self, &source, NULL);
        return EXPOPS_OK;
    }
    EXPOPS_TRY(expops_draft_temporary(d, out.dtype, 1, &elements, &flat)); /* a strided output */
    expops_draft_select(d, &flat, &mask, &self, &source, NULL);
    expops_view_reshape(&flat, ndim, shape);
    expops_draft_then(d, &expops_operator_copy, &out, &flat);
    return EXPOPS_OK;
}

/* The mask is broadcast as self is. */
static expops_status check_elements(const expops_operator *op, const expops_value *args)
{
    const expops_tensor *self = args[0].as.tensor, *mask = args[1].as.tensor, *source = args[2].as.tensor;
    int64_t places = expops_elements_true(mask);
    for (int32_t i = 1; i <= self->ndim; i++)
        if (i > mask->ndim || mask->shape[mask->ndim - i] == 1)
            places *= self->shape[self->ndim - i];
    if (places <= expops_tensor_numel(source))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                       "%s: argument source has %lld elements; mask is true in %lld places", op->name,
                       (long long)expops_tensor_numel(source), (long long)places);
}

OPERATOR(masked_scatter) = {
    .name = "masked_scatter",
    .doc = "self with the elements of source, one after the other, in the places where mask is true; 0 where source "
           "has no more.",
    .source = "torch.masked_scatter",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_SAME,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .parameters = { TENSOR("self"), TENSOR("mask", .dtypes = BOOLEAN), TENSOR("source") },
    .draft = draft,
    .check_elements = check_elements,
    .samples = { { -100, 100, .usual = { 5, 7 }, .count = 2 },
                 { 0, 1, .usual = { 5, 7 }, .count = 2 },
                 { -100, 100, .usual = { 35 }, .count = 1 } },
};

#ifdef EXPOPS_REFERENCE
/* kept: how many elements were taken from source. */
MOVE_REFERENCE
{
    if (move_broadcast(m, 1, m->ndim, at).re == 0)
        return move_broadcast(m, 0, m->ndim, at);
    const int64_t taken = (*m->kept)++;
    return taken < move_count(m->argument[2].ndim, m->argument[2].shape) ? move_numbered(m, 2, taken) : move_zero();
}
#endif
