#include "operator.h"
#include "slice.h"

static expops_status draft(expops_draft *d)
{
    expops_view whole;
    expops_slice slice;
    EXPOPS_TRY(expops_slice_whole(d->args + 1, &whole));
    EXPOPS_TRY(expops_slice_of(d, 2, &whole, &slice));
    return expops_slice_into_zeros(d, d->tensor, &whole, &slice);
}

OPERATOR(slice_backward) = {
    .name = "slice_backward",
    .doc = "Gradient of a slice: grad_output in the places start, start + step, ... before end of dimension dim, 0 in "
           "the others of a tensor of shape input_sizes.",
    .source = "torch.ops.aten.slice_backward",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("grad_output"), INTS("input_sizes"), INT("dim"), INT("start"), INT("end"), INT("step") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 4, 3 }, .count = 2 },
                 { .usual = { 9, 3 }, .count = 2 },
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
    return slice_find(m, at, place) < 0 ? move_zero() : move_broadcast(m, 0, m->ndim, place);
}
#endif
