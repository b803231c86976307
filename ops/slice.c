#include "mover.h"
#include "operator.h"

/* Where a bound lies: negative from the last, at most at either end. */
static int64_t bound(int64_t at, int64_t size)
{
    at += at < 0 ? size : 0;
    return at < 0 ? 0 : at > size ? size : at;
}

static expops_status draft(expops_draft *d)
{
    expops_view view = d->tensor[0];
    const int64_t step = d->args[4].as.integer;
    int32_t dim;
    if (view.ndim == 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has no dimension to slice");
    EXPOPS_TRY_SAYING(expops_view_dim(view.ndim, d->args[1].as.integer, &dim), "argument dim");
    if (step <= 0)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "argument step is %lld; expected one above 0", (long long)step);
    const int64_t size = view.shape[dim], start = bound(d->args[2].as.integer, size);
    const int64_t end = d->args[3].kind == EXPOPS_VALUE_NONE ? size : bound(d->args[3].as.integer, size);
    view.shape[dim] = end > start ? (end - start - 1) / step + 1 : 0;
    view.offset += start * view.strides[dim];
    view.strides[dim] *= view.shape[dim] > 1 ? step : 0;
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(slice) = {
    .name = "slice",
    .doc = "Every step-th entry of self's dimension dim, from start to before end.",
    .source = "torch.ops.aten.slice",
    .copy = "slice_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("dim", DEFAULT(0)),
                    INT("start", DEFAULT(0), .doc = "Negative counts from the last; what lies outside is cut."),
                    INT("end", .optional = 1, .doc = "As start; absent means to the last."),
                    INT("step", DEFAULT(1), .doc = "Above 0.") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
#include "slice.reference.h"

MOVE_REFERENCE
{
    const int64_t dim = move_wrapped(m->argument[1].integer, m->ndim);
    int64_t place[MOVE_RANK];
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    place[dim] = slice_bound(m->argument + 2, 0, m->argument->shape[dim]);
    for (int64_t i = 0; i < at[dim]; i++)
        place[dim] += m->argument[4].integer;
    return move_element(m, 0, place);
}
#endif
