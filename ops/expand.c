#include "mover.h"
#include "operator.h"

static expops_status check_size(const expops_view *self, const int64_t *sizes, uint32_t count, int32_t more)
{
    if (more < 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "names %u sizes; self has %d dimensions", count, self->ndim);
    for (int32_t i = 0; i < (int32_t)count; i++) {
        if (sizes[i] < 0 && (i < more || sizes[i] != -1))
            return expops_fail(EXPOPS_ERR_SHAPE, "has the size %lld at %d; expected %s", (long long)sizes[i], i,
                               i < more ? "one that is not negative, of a new dimension"
                                        : "-1 or one that is not negative");
        if (i >= more && sizes[i] >= 0 && self->shape[i - more] != 1 && self->shape[i - more] != sizes[i])
            return expops_fail(EXPOPS_ERR_SHAPE, "has the size %lld at %d; expected %lld, as self has there",
                               (long long)sizes[i], i, (long long)self->shape[i - more]);
    }
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    const int64_t *sizes = d->args[1].as.integers;
    const int32_t count = (int32_t)d->args[1].count, more = count - self->ndim;
    int64_t shape[EXPOPS_MAX_RANK];
    expops_view view = *self;
    EXPOPS_TRY_SAYING(check_size(self, sizes, d->args[1].count, more), "argument size");
    for (int32_t i = 0; i < count; i++)
        shape[i] = sizes[i] < 0 ? self->shape[i - more] : sizes[i];
    expops_view_expand(&view, count, shape);
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(expand) = {
    .name = "expand",
    .doc = "self broadcast to the sizes size.",
    .source = "torch.Tensor.expand",
    .copy = "expand_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"),
                    INTS("size", .doc = "-1 keeps a size; more sizes than dimensions put new ones in front."),
                    BOOL("implicit", DEFAULT(0), .doc = "Without meaning.") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 3, 1, 4 }, .count = 3 },
                 { .ints = EXPOPS_SAMPLES_SHAPE, .usual = { 2, 3, 5, 4 }, .count = 4 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    return move_broadcast(m, 0, m->ndim, at);
}
#endif
