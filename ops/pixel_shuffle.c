#include "mover.h"
#include "operator.h"

/* Channels (C, r, r), rows (H, r) and columns (W, r), in the order (..., C, H, r, W, r). */
static expops_status draft(expops_draft *d)
{
    expops_view self = d->tensor[0], blocks, out;
    const int64_t r = d->args[1].as.integer;
    const int32_t channels = self.ndim - 3;
    int64_t shape[EXPOPS_MAX_RANK];
    EXPOPS_TRY(expops_view_check_pixels(&self, r, "upscale_factor"));
    if (self.shape[channels] % r || self.shape[channels] / r % r)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has %lld channels; expected a multiple of %lld squared",
                           (long long)self.shape[channels], (long long)r);
    for (int32_t i = 0; i < self.ndim; i++)
        shape[i] = self.shape[i];
    shape[channels] = self.shape[channels] / r / r;
    if (__builtin_mul_overflow(self.shape[channels + 1], r, &shape[channels + 1]) ||
        __builtin_mul_overflow(self.shape[channels + 2], r, &shape[channels + 2]))
        return expops_fail(EXPOPS_ERR_SHAPE, "argument upscale_factor makes the result larger than 64 bits count");
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self.ndim, shape, NULL, &out));
    blocks = expops_view_pixel_blocks(&out, channels, r);
    expops_view_split(&self, channels, r);
    expops_view_split(&self, channels, r);
    expops_leaf_argument_as(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &blocks), 0, &self);
    return EXPOPS_OK;
}

OPERATOR(pixel_shuffle) = {
    .name = "pixel_shuffle",
    .doc = "Of every r * r channels one with r times the rows and columns, r being upscale_factor.",
    .source = "torch.nn.functional.pixel_shuffle",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self", .doc = "Dimensions (..., channels, rows, columns)."), INT("upscale_factor") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 4, 3, 2 }, .count = 3 }, { .usual = { 2 }, .count = 1 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const int64_t r = m->argument[1].integer;
    const int32_t channel = m->ndim - 3, row = m->ndim - 2, column = m->ndim - 1;
    int64_t place[MOVE_RANK];
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    place[channel] = (at[channel] * r + at[row] % r) * r + at[column] % r;
    place[row] = at[row] / r;
    place[column] = at[column] / r;
    return move_element(m, 0, place);
}
#endif
