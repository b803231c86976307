#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view view = d->tensor[0];
    uint8_t turned[EXPOPS_MAX_RANK];
    EXPOPS_TRY_SAYING(expops_view_dims(&view, d->args[1].as.integers, d->args[1].count, turned), "argument dims");
    for (int32_t i = 0; i < view.ndim && d->args[1].count; i++)
        if (turned[i] && view.shape[i]) {
            view.offset += (view.shape[i] - 1) * view.strides[i];
            view.strides[i] = -view.strides[i];
        }
    return expops_draft_copy_of(d, &expops_operator_detach, &view);
}

OPERATOR(flip) = {
    .name = "flip",
    .doc = "A copy of self with the order of the dimensions dims turned round.",
    .source = "torch.flip",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("dims", .doc = "An empty list turns none.") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    int64_t place[MOVE_RANK];
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    for (int64_t i = 0; i < m->argument[1].count && m->ndim; i++) {
        const int64_t dim = move_wrapped(m->argument[1].list[i], m->ndim);
        place[dim] = m->shape[dim] - 1 - at[dim];
    }
    return move_element(m, 0, place);
}
#endif
