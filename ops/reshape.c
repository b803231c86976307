#include "mover.h"
#include "operator.h"

/* Neither side need lie in one piece, but one of the two copies' sides always does. */
static expops_status copy_twice(expops_draft *d, const expops_view *from, const expops_view *out)
{
    expops_view between, as_out;
    EXPOPS_TRY(expops_draft_temporary(d, from->dtype, from->ndim, from->shape, &between));
    as_out = between;
    if (!expops_view_reshape(&as_out, out->ndim, out->shape))
        return expops_fail(EXPOPS_ERR_INTERNAL, "compact memory has no view of another shape");
    expops_leaf_argument_as(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &between), 0, from);
    expops_leaf_view(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, out), &as_out);
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    expops_view view = *self, out, out_as_self;
    int64_t shape[EXPOPS_MAX_RANK];
    const int32_t ndim = (int32_t)d->args[1].count;
    EXPOPS_TRY_SAYING(expops_view_sizes(self, d->args[1].as.integers, d->args[1].count, shape), "argument shape");
    if (expops_view_reshape(&view, ndim, shape))
        return expops_draft_view_of(d, &expops_operator_detach, &view);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, ndim, shape, NULL, &out));
    out_as_self = out;
    if (!expops_view_reshape(&out_as_self, self->ndim, self->shape))
        return copy_twice(d, self, &out);
    expops_leaf_argument(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &out_as_self), 0);
    return EXPOPS_OK;
}

OPERATOR(reshape) = {
    .name = "reshape",
    .doc = "self's elements with another shape: a view where self's strides allow it, else only a copy.",
    .source = "torch.reshape",
    .aliases = { "view", "_unsafe_view" },
    .copy = "view_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("shape", .doc = "One size may be -1: what is left.") },
    .draft = draft,
    .samples = { { -100, 100 }, { .ints = EXPOPS_SAMPLES_SHAPE } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    return move_numbered(m, 0, move_number(m->ndim, m->shape, at));
}
#endif
