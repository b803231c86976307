#include "base/size.h"
#include "operator.h"
#include "blocks.h"

/* Indices: the place in the kernel, the place of the block. */
static void draft_window(expops_draft *d, const expops_view *columns, const expops_blocks *blocks)
{
    const expops_view out = expops_blocks_columns(columns, blocks), image = expops_blocks_image(d->tensor);
    int64_t reach = 0;
    for (int w = 0; w < 2; w++) {
        const int64_t most = image.shape[2 + w] + 2 * blocks->padding[w] + blocks->stride[w];
        reach = most > reach ? most : reach;
    }
    expops_leaf *leaf = expops_draft_window(d, &out, 0, &image, 2, 1, reach);
    for (uint32_t w = 0; w < 2; w++) {
        expops_leaf_value(leaf, blocks->stride[w]);
        expops_leaf_value(leaf, blocks->padding[w]);
        expops_leaf_value(leaf, blocks->dilation[w]);
        expops_leaf_reads(leaf, w, 1u << w | 4u << w);
    }
}

static expops_status draft(expops_draft *d)
{
    char text[EXPOPS_SHAPE_TEXT];
    const expops_view *self = d->tensor;
    expops_blocks blocks = { 0 };
    expops_view out;
    int fits = self->ndim == 3 || self->ndim == 4;
    for (int32_t i = self->ndim == 4; fits && i < self->ndim; i++)
        fits = self->shape[i] > 0;
    if (!fits)
        return expops_fail(EXPOPS_ERR_SHAPE,
                           "self has shape %s; expected are 3 dimensions or 4, none empty but the first of 4",
                           expops_shape_text(self->ndim, self->shape, text));
    EXPOPS_TRY(expops_blocks_of(d, 1, self->shape + self->ndim - 2, &blocks));
    int64_t taps, columns;
    if (!expops_checked_multiply(blocks.kernel[0], blocks.kernel[1], &taps) ||
        !expops_checked_multiply(taps, self->shape[self->ndim - 3], &taps) ||
        !expops_checked_multiply(blocks.count[0], blocks.count[1], &columns))
        return expops_fail(EXPOPS_ERR_SHAPE, "the columns have more elements than can be counted");
    const int64_t shape[] = { self->ndim == 4 ? self->shape[0] : taps, self->ndim == 4 ? taps : columns, columns };
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim - 1, shape, NULL, &out));
    draft_window(d, &out, &blocks);
    return EXPOPS_OK;
}

OPERATOR(im2col) = {
    .name = "im2col",
    .doc = "The blocks that a kernel of kernel_size covers as it moves over self, each a column; 0 where it covers "
           "padding.",
    .source = "torch.ops.aten.im2col",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("kernel_size"), INTS("dilation"), INTS("padding"), INTS("stride") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 2, 4, 5 }, .count = 3 },
                 { .usual = { 2, 3 }, .count = 2 },
                 { .usual = { 1, 1 }, .count = 2 },
                 { .usual = { 1, 0 }, .count = 2 },
                 { .usual = { 2, 1 }, .count = 2 } },
};

#ifdef XK
/* Of the two dimensions of the image, by the places in the kernel and of the block. */
WINDOW
{
    const xk_index i = at[2 + d] * XK_V(3 * d) - XK_V(3 * d + 1) + at[d] * XK_V(3 * d + 2);
    if (i < 0 || i >= XK_IN(d))
        return xk_none();
    return xk_one(i);
}
#endif

#ifdef EXPOPS_REFERENCE
#include "blocks.reference.h"

MOVE_REFERENCE
{
    const expops_move_argument *self = m->argument;
    const int32_t rows = self->ndim - 2, columns = self->ndim - 1;
    const int64_t *kernel = m->argument[1].list, tap = at[m->ndim - 2], block = at[m->ndim - 1];
    const int64_t across = blocks_count(m, 1, 1, self->shape[columns]);
    int64_t place[MOVE_RANK] = { at[0] };
    place[rows - 1] = tap / (kernel[0] * kernel[1]);
    place[rows] = blocks_place(m, 1, 0, block / across, tap / kernel[1] % kernel[0]);
    place[columns] = blocks_place(m, 1, 1, block % across, tap % kernel[1]);
    const int inside = place[rows] >= 0 && place[rows] < self->shape[rows] && place[columns] >= 0 &&
                       place[columns] < self->shape[columns];
    return inside ? move_element(m, 0, place) : move_zero();
}
#endif
