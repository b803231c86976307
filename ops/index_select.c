#include "operator.h"
#include "pick.h"

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    expops_view index = d->tensor[2];
    int64_t shape[EXPOPS_MAX_RANK];
    int32_t dim;
    EXPOPS_TRY_SAYING(expops_view_dim(self->ndim, d->args[1].as.integer, &dim), "argument dim");
    if (index.ndim > 1)
        return expops_fail(EXPOPS_ERR_SHAPE, "index has %d dimensions; expected is at most one", index.ndim);
    if (!self->ndim && expops_view_numel(&index) != 1)
        return expops_fail(EXPOPS_ERR_SHAPE, "index has %lld elements; of a self without dimensions one can be picked",
                           (long long)expops_view_numel(&index));
    memcpy(shape, self->shape, sizeof shape);
    if (self->ndim) {
        shape[dim] = expops_view_numel(&index);
        if (!index.ndim)
            expops_view_insert(&index, 0, 1);
        for (int32_t i = dim + 1; i < self->ndim; i++)
            expops_view_insert(&index, index.ndim, 1);
    } else if (index.ndim) {
        expops_view_drop(&index, 0);
    }
    return expops_pick_along(d, dim, self->ndim, shape, 2, &index);
}

OPERATOR(index_select) = {
    .name = "index_select",
    .doc = "self with the places index of dimension dim." EXPOPS_PICK_DOC,
    .source = "torch.index_select",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("dim"),
                    TENSOR("index", .dtypes = 1u << EXPOPS_DTYPE_I64 | 1u << EXPOPS_DTYPE_I32) },
    .draft = draft,
    .check_elements = expops_pick_elements_along,
    .samples = { { -100, 100, .usual = { 5, 7 }, .count = 2 },
                 { .usual = { 0 }, .count = 1 },
                 { 0, 4, .row = 1, .usual = { 6 }, .count = 1 } },
};

#ifdef XK
#include "pick.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t dim = move_wrapped(m->argument[1].integer, m->ndim);
    const int64_t index = (int64_t)move_numbered(m, 2, m->ndim ? at[dim] : 0).re;
    const int64_t size = m->ndim ? m->argument->shape[dim] : 1;
    int64_t place[MOVE_RANK];
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    place[dim] = index;
    return index < 0 || index >= size ? move_zero() : move_element(m, 0, place);
}
#endif
