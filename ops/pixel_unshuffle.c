#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    const int64_t r = d->args[1].as.integer;
    const int32_t channels = self->ndim - 3;
    int64_t shape[EXPOPS_MAX_RANK];
    expops_view blocks, out;
    EXPOPS_TRY(expops_view_check_pixels(self, r, "downscale_factor"));
    if (self->shape[channels + 1] % r || self->shape[channels + 2] % r)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has %lld rows and %lld columns; expected multiples of %lld",
                           (long long)self->shape[channels + 1], (long long)self->shape[channels + 2], (long long)r);
    for (int32_t i = 0; i < self->ndim; i++)
        shape[i] = i > channels ? self->shape[i] / r : self->shape[i];
    if (__builtin_mul_overflow(shape[channels], r, &shape[channels]) ||
        __builtin_mul_overflow(shape[channels], r, &shape[channels]))
        return expops_fail(EXPOPS_ERR_SHAPE, "argument downscale_factor makes the result larger than 64 bits count");
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, shape, NULL, &out));
    blocks = expops_view_pixel_blocks(self, channels, r);
    expops_view_split(&out, channels, r);
    expops_view_split(&out, channels, r);
    expops_leaf_argument_as(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &out), 0, &blocks);
    return EXPOPS_OK;
}

OPERATOR(pixel_unshuffle) = {
    .name = "pixel_unshuffle",
    .doc = "Of every channel r * r, each with every r-th row and column, r being downscale_factor.",
    .source = "torch.nn.functional.pixel_unshuffle",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self", .doc = "Dimensions (..., channels, rows, columns)."), INT("downscale_factor") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 3, 4, 2 }, .count = 3 }, { .usual = { 2 }, .count = 1 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t r = m->argument[1].integer;
    const int32_t channel = m->ndim - 3, row = m->ndim - 2, column = m->ndim - 1;
    int64_t place[MOVE_RANK];
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    place[channel] = at[channel] / (r * r);
    place[row] = at[row] * r + at[channel] / r % r;
    place[column] = at[column] * r + at[channel] % r;
    return move_element(m, 0, place);
}
#endif
