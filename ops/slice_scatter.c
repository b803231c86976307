#include "operator.h"
#include "slice.h"

extern const expops_operator expops_operator_copy;

static expops_status draft(expops_draft *d)
{
    uint8_t walked[EXPOPS_MAX_RANK];
    expops_view self = d->tensor[0], part = d->tensor[1], place = self, out;
    expops_slice slice;
    EXPOPS_TRY(expops_slice_of(d, 2, &self, &slice));
    place.shape[slice.dim] = slice.count;
    EXPOPS_TRY_SAYING(expops_view_has_shape(&part, place.ndim, place.shape), "argument src");
    EXPOPS_TRY(expops_draft_like(d, 0, &out));
    if (part.dtype != self.dtype) {
        const expops_view from = part;
        EXPOPS_TRY(expops_draft_temporary(d, self.dtype, from.ndim, from.shape, &part));
        expops_draft_then(d, &expops_operator_copy, &part, &from);
    }
    expops_leaf *leaf = expops_slice_window(d, &out, 1, &part, &slice, walked);
    expops_view_to_end(&self, walked);
    expops_leaf_argument_as(leaf, 0, &self);
    return EXPOPS_OK;
}

OPERATOR(slice_scatter) = {
    .name = "slice_scatter",
    .doc = "self with src in the places start, start + step, ... before end of dimension dim.",
    .source = "torch.ops.aten.slice_scatter",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), TENSOR("src"), INT("dim", DEFAULT(0)), INT("start", .optional = 1),
                    INT("end", .optional = 1), INT("step", DEFAULT(1)) },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 9, 3 }, .count = 2 },
                 { -100, 100, .usual = { 4, 3 }, .count = 2 },
                 { .usual = { 0 }, .count = 1 },
                 { .usual = { 1 }, .count = 1 },
                 { .usual = { 9 }, .count = 1 },
                 { .usual = { 2 }, .count = 1 } },
};

#ifdef XK
#include "slice.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
#include "slice.reference.h"

MOVE_REFERENCE
{
    int64_t place[MOVE_RANK];
    return slice_find(m, at, place) < 0 ? move_element(m, 0, at) : move_element(m, 1, place);
}
#endif
