#include "operator.h"
#include "mover.h"
#include "pick.h"

static expops_status draft(expops_draft *d)
{
    expops_view self = d->tensor[0], source = d->tensor[1], out;
    const expops_view *index = d->tensor + 1;
    const int64_t elements = expops_view_numel(&self);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, index->ndim, index->shape, NULL, &out));
    EXPOPS_TRY(expops_pick_check(&out, elements));
    if (index->ndim == EXPOPS_MAX_RANK)
        return expops_fail(EXPOPS_ERR_UNSUPPORTED, "index has %d dimensions; %d is the most here", index->ndim,
                           index->ndim - 1);
    if (self.ndim > EXPOPS_PICK_DIMS ||
        self.ndim + index->ndim >= EXPOPS_MAX_RANK) /* more than a window has room for */
        EXPOPS_TRY(expops_flatten(d, &self));
    else
        expops_view_reshape(&self, 1, &elements);
    memset(source.strides, 0, sizeof source.strides);
    source.slot = self.slot;
    source.dtype = self.dtype;
    source.offset = self.offset;
    for (int32_t dim = 0; dim < self.ndim; dim++) {
        expops_view_insert(&source, source.ndim, self.shape[dim]);
        source.strides[source.ndim - 1] = self.strides[dim];
    }
    expops_pick_leaf(d, &out, &source, 1, index, elements, elements);
    return EXPOPS_OK;
}

static expops_status check_elements(const expops_operator *op, const expops_value *args)
{
    return expops_pick_elements(op, args + 1, expops_tensor_numel(args[0].as.tensor), 1);
}

OPERATOR(take) = {
    .name = "take",
    .doc = "The elements of self, seen as one row of all, at the places index; negative ones count from the "
           "end." EXPOPS_PICK_DOC,
    .source = "torch.take",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), TENSOR("index", .dtypes = 1u << EXPOPS_DTYPE_I64) },
    .draft = draft,
    .check_elements = check_elements,
    .samples = { { -100, 100, .usual = { 5, 7 }, .count = 2 }, { -35, 34 } },
};

#ifdef XK
#include "pick.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t index = (int64_t)move_element(m, 1, at).re, count = move_count(m->argument->ndim, m->argument->shape);
    return index < -count || index >= count ? move_zero() : move_numbered(m, 0, index < 0 ? index + count : index);
}
#endif
