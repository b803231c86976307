#include "mover.h"
#include "operator.h"

/* Of any shape, as in PyTorch: a list may start with nothing. */
static int is_nothing(const expops_view *item)
{
    return item->ndim == 1 && item->shape[0] == 0;
}

static expops_status add_size(const expops_view *item, int32_t dim, expops_view *all)
{
    expops_view want = *all;
    want.shape[dim] = item->ndim > dim ? item->shape[dim] : 0;
    EXPOPS_TRY(expops_view_has_shape(item, want.ndim, want.shape));
    if (__builtin_add_overflow(all->shape[dim], item->shape[dim], &all->shape[dim]))
        return expops_fail(EXPOPS_ERR_SHAPE, "makes the result longer than 64 bits count");
    return EXPOPS_OK;
}

/* The first that is not nothing has the result's shape but along dim. */
static expops_status joined_shape(expops_draft *d, int32_t *dim, expops_view *all)
{
    const uint32_t count = d->args[0].count;
    uint32_t first = 0;
    if (count == 0)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "argument tensors is an empty list");
    do
        *all = expops_draft_item(d, 0, first);
    while (is_nothing(all) && ++first < count);
    EXPOPS_TRY_SAYING(expops_view_dim(all->ndim, d->args[1].as.integer, dim), "argument dim");
    for (uint32_t i = 0; i < count; i++)
        if (expops_draft_item(d, 0, i).ndim == 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "argument tensors, item %u has no dimension to join along", i);
    all->shape[*dim] = 0;
    for (uint32_t i = 0; i < count; i++) {
        const expops_view item = expops_draft_item(d, 0, i);
        if (!is_nothing(&item))
            EXPOPS_TRY_SAYING(add_size(&item, *dim, all), "argument tensors, item %u", i);
    }
    return EXPOPS_OK;
}

/* The channels innermost where all tensors have them there; NULL is compact. */
static const int64_t *order_of_channels(expops_draft *d, const expops_view *all, int64_t *strides)
{
    for (uint32_t i = 0; i < d->args[0].count; i++) {
        const expops_view item = expops_draft_item(d, 0, i);
        if (all->ndim < 4 || item.ndim != all->ndim)
            return NULL;
        expops_draft_channels(&item, all->shape, strides);
        if (strides[1] != 1)
            return NULL;
    }
    return strides;
}

static expops_status draft(expops_draft *d)
{
    int64_t strides[EXPOPS_MAX_RANK];
    expops_view all, out;
    int32_t dim;
    EXPOPS_TRY(joined_shape(d, &dim, &all));
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, all.ndim, all.shape, order_of_channels(d, &all, strides), &out));
    expops_view place = out;
    for (uint32_t i = 0; i < d->args[0].count; i++) {
        const expops_view item = expops_draft_item(d, 0, i);
        if (is_nothing(&item))
            continue;
        place.shape[dim] = item.shape[dim];
        expops_draft_apart(d, &expops_operator_copy, &place, &item);
        place.offset += item.shape[dim] * out.strides[dim];
    }
    return EXPOPS_OK;
}

OPERATOR(cat) = {
    .name = "cat",
    .doc = "Tensors one after the other along dim, in the type they have in common.",
    .source = "torch.cat",
    .aliases = { "concat", "concatenate" },
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_MOVES,
    .not_in_place = 1,
    .parameters = { TENSORS("tensors", .doc = "Of one shape but along dim; one of shape (0,) counts as nothing."),
                    INT("dim", DEFAULT(0)) },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t dim = move_wrapped(m->argument[1].integer, m->ndim);
    int64_t place[MOVE_RANK];
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    for (int64_t i = 0; i < m->argument->count; i++) {
        const expops_move_argument *item = m->argument + m->parameters + i;
        const int64_t size = item->ndim == m->ndim ? item->shape[dim] : 0; /* else it is of shape (0,) */
        if (place[dim] < size)
            return move_element(m, m->parameters + (int)i, place);
        place[dim] -= size;
    }
    return (expops_element){ 0, 0, 0, 1 };
}
#endif
