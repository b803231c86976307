#include "operator.h"
#include "slice.h"

static expops_status draft(expops_draft *d)
{
    expops_view whole, grad = d->tensor[0];
    expops_slice slice = { .count = 1, .step = 1 };
    EXPOPS_TRY(expops_slice_whole(d->args + 1, &whole));
    if (!whole.ndim || grad.ndim >= whole.ndim)
        return expops_fail(EXPOPS_ERR_SHAPE, "grad_output has %d dimensions and input_sizes %d; expected is one more",
                           grad.ndim, whole.ndim);
    EXPOPS_TRY_SAYING(expops_view_dim(whole.ndim, d->args[2].as.integer, &slice.dim), "argument dim");
    const int64_t size = whole.shape[slice.dim], index = d->args[3].as.integer;
    if (index < -size || index >= size)
        return expops_fail(EXPOPS_ERR_SHAPE, "index %lld is out of range for dimension %d of size %lld",
                           (long long)index, slice.dim, (long long)size);
    slice.start = index < 0 ? index + size : index;
    while (grad.ndim + 1 < whole.ndim) /* it is broadcast to the selection, which has no dimension dim */
        expops_view_insert(&grad, 0, 1);
    expops_view_insert(&grad, slice.dim, 1);
    return expops_slice_into_zeros(d, &grad, &whole, &slice);
}

OPERATOR(select_backward) = {
    .name = "select_backward",
    .doc =
        "Gradient of a selection: grad_output at index of dimension dim, 0 elsewhere in a tensor of shape input_sizes.",
    .source = "torch.ops.aten.select_backward",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("grad_output"), INTS("input_sizes"), INT("dim"), INT("index") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 4, 3 }, .count = 2 },
                 { .usual = { 4, 5, 3 }, .count = 3 },
                 { .usual = { 1 }, .count = 1 },
                 { .usual = { 2 }, .count = 1 } },
};

#ifdef XK
#include "slice.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t dim = move_wrapped(m->argument[2].integer, m->ndim);
    int64_t place[MOVE_RANK];
    if (at[dim] != move_wrapped(m->argument[3].integer, m->shape[dim]))
        return move_zero();
    for (int32_t i = 0, to = 0; i < m->ndim; i++)
        if (i != dim)
            place[to++] = at[i];
    return move_broadcast(m, 0, m->ndim - 1, place);
}
#endif
