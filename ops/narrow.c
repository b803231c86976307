#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view view = d->tensor[0];
    int64_t start = d->args[2].as.integer;
    const int64_t length = d->args[3].as.integer;
    int32_t dim;
    if (view.ndim == 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has no dimension to narrow");
    EXPOPS_TRY_SAYING(expops_view_dim(view.ndim, d->args[1].as.integer, &dim), "argument dim");
    const int64_t size = view.shape[dim];
    if (start < -size || start > size)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument start is %lld; expected %lld to %lld", (long long)start,
                           (long long)-size, (long long)size);
    start += start < 0 ? size : 0;
    if (length < 0 || length > size - start)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument length is %lld; expected 0 to %lld", (long long)length,
                           (long long)(size - start));
    view.shape[dim] = length;
    view.offset += start * view.strides[dim];
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(narrow) = {
    .name = "narrow",
    .doc = "length entries of self's dimension dim, from start on.",
    .source = "torch.narrow",
    .copy = "narrow_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("dim"), INT("start", .doc = "Negative counts from the last."), INT("length") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t dim = move_wrapped(m->argument[1].integer, m->ndim);
    int64_t place[MOVE_RANK];
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    place[dim] += move_wrapped(m->argument[2].integer, m->argument->shape[dim]);
    return move_element(m, 0, place);
}
#endif
