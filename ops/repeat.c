#include "base/size.h"
#include "mover.h"
#include "operator.h"

/* The result's shape, self's own sizes standing to the right. */
static expops_status find_shape(const expops_view *self, const expops_value *repeats, int64_t *shape)
{
    const int32_t count = (int32_t)repeats->count, more = count - self->ndim;
    if (more < 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "names %d dimensions; self has %d", count, self->ndim);
    for (int32_t i = 0; i < count; i++) {
        const int64_t times = repeats->as.integers[i], size = i < more ? 1 : self->shape[i - more];
        if (times < 0 || !expops_checked_multiply(times, size, shape + i))
            return expops_fail(EXPOPS_ERR_SHAPE, "has %lld at %d; expected is 0 or more, and a size that 64 bits hold",
                               (long long)times, i);
    }
    return EXPOPS_OK;
}

/* Each dimension in two: which repetition, and where in self. */
static expops_status draft(expops_draft *d)
{
    const int32_t count = (int32_t)d->args[1].count;
    int64_t shape[EXPOPS_MAX_RANK] = { 0 };
    expops_view from = d->tensor[0], out;
    EXPOPS_TRY_SAYING(find_shape(&from, d->args + 1, shape), "argument repeats");
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, count, shape, NULL, &out));
    if (expops_has_no_elements(count, shape))
        return EXPOPS_OK;
    while (from.ndim < count)
        expops_view_insert(&from, 0, 1);
    for (int32_t dim = count - 1; dim >= 0; dim--) {
        if (from.shape[dim] == 1 || d->args[1].as.integers[dim] == 1)
            continue; /* broadcast, or as it is */
        if (out.ndim == EXPOPS_MAX_RANK)
            return expops_fail(EXPOPS_ERR_UNSUPPORTED, "%d dimensions repeated at once are too many", count);
        expops_view_split(&out, dim, from.shape[dim]);
        expops_view_insert(&from, dim, 1);
    }
    expops_leaf_view(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &out), &from);
    return EXPOPS_OK;
}

OPERATOR(repeat) = {
    .name = "repeat",
    .doc = "self repeated repeats[i] times along dimension i.",
    .source = "torch.Tensor.repeat",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("repeats", .doc = "More than self has dimensions put new ones in front.") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 3, 4 }, .count = 2 }, { .usual = { 2, 3 }, .count = 2 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const expops_move_argument *self = m->argument;
    int64_t place[MOVE_RANK];
    for (int32_t i = 0; i < self->ndim; i++)
        place[i] = at[m->ndim - self->ndim + i] % self->shape[i];
    return move_element(m, 0, place);
}
#endif
