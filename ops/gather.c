#include "operator.h"
#include "pick.h"

/* index has self's dimensions, nowhere but in `dim` larger ones. */
static expops_status check(const expops_view *self, const expops_view *index, int32_t dim)
{
    if ((self->ndim ? self->ndim : 1) != (index->ndim ? index->ndim : 1))
        return expops_fail(EXPOPS_ERR_SHAPE, "index has %d dimensions; expected are self's %d", index->ndim,
                           self->ndim);
    for (int32_t i = 0; i < index->ndim && i < self->ndim; i++)
        if (i != dim && index->shape[i] > self->shape[i])
            return expops_fail(EXPOPS_ERR_SHAPE, "index has size %lld in dimension %d, where self has %lld",
                               (long long)index->shape[i], i, (long long)self->shape[i]);
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor, *index = d->tensor + 2;
    int32_t dim;
    EXPOPS_TRY_SAYING(expops_view_dim(self->ndim, d->args[1].as.integer, &dim), "argument dim");
    EXPOPS_TRY(check(self, index, dim));
    return expops_pick_along(d, dim, index->ndim, index->shape, 2, index);
}

OPERATOR(gather) = {
    .name = "gather",
    .doc = "For each element of index the one of self at the same place but for dimension dim, where it is the "
           "place." EXPOPS_PICK_DOC,
    .source = "torch.gather",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("dim"),
                    TENSOR("index", .dtypes = 1u << EXPOPS_DTYPE_I64 | 1u << EXPOPS_DTYPE_I32),
                    BOOL("sparse_grad", DEFAULT(0),
                         .doc = "Says how gradients are kept; nothing here depends on it.") },
    .draft = draft,
    .check_elements = expops_pick_elements_along,
    .samples = { { -100, 100, .usual = { 5, 7 }, .count = 2 },
                 { .usual = { 0 }, .count = 1 },
                 { 0, 4, .usual = { 3, 7 }, .count = 2 } },
};

#ifdef XK
#include "pick.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t dim = move_wrapped(m->argument[1].integer, m->ndim);
    const int64_t index = (int64_t)move_element(m, 2, at).re;
    const int64_t size = m->argument->ndim ? m->argument->shape[dim] : 1;
    int64_t place[MOVE_RANK];
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    place[dim] = index;
    return index < 0 || index >= size ? move_zero() : move_element(m, 0, place);
}
#endif
