/* What im2col and col2im share: an image, and the blocks that a kernel cuts from it as columns. */
#ifndef EXPOPS_OPS_BLOCKS_H
#define EXPOPS_OPS_BLOCKS_H

#include "draft/draft.h"

typedef struct expops_blocks {
    const int64_t *kernel, *dilation, *padding, *stride; /* two each */
    int64_t count[2];                                    /* blocks in either direction */
} expops_blocks;

static inline expops_status expops_blocks_pair(const expops_draft *d, uint32_t argument, int64_t least,
                                               const int64_t **out)
{
    const expops_value *value = d->args + argument;
    const char *name = d->op->parameters[argument].name;
    if (value->count != 2)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s has %u entries; expected are 2", name, value->count);
    *out = value->as.integers;
    for (int i = 0; i < 2; i++)
        if ((*out)[i] < least || (*out)[i] > INT32_MAX)
            return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s has %lld; expected are %lld to %d", name,
                               (long long)(*out)[i], (long long)least, INT32_MAX);
    return EXPOPS_OK;
}

/* Of arguments kernel_size, dilation, padding and stride, the first at `first`, and an image of this height and width. */
static inline expops_status expops_blocks_of(const expops_draft *d, uint32_t first, const int64_t *image,
                                             expops_blocks *blocks)
{
    EXPOPS_TRY(expops_blocks_pair(d, first, 1, &blocks->kernel));
    EXPOPS_TRY(expops_blocks_pair(d, first + 1, 1, &blocks->dilation));
    EXPOPS_TRY(expops_blocks_pair(d, first + 2, 0, &blocks->padding));
    EXPOPS_TRY(expops_blocks_pair(d, first + 3, 1, &blocks->stride));
    for (int i = 0; i < 2; i++) {
        if (image[i] > INT64_MAX / 2)
            return expops_fail(EXPOPS_ERR_SHAPE, "an image of %lld x %lld is too large to be cut in blocks",
                               (long long)image[0], (long long)image[1]);
        const int64_t room = image[i] + 2 * blocks->padding[i] - blocks->dilation[i] * (blocks->kernel[i] - 1) - 1;
        if (room < 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "an image of %lld x %lld has no room for one block",
                               (long long)image[0], (long long)image[1]);
        blocks->count[i] = room / blocks->stride[i] + 1;
    }
    return EXPOPS_OK;
}

/* Columns seen as batch, channel, place in the kernel and place of the block; without a batch, of one. */
static inline expops_view expops_blocks_columns(const expops_view *columns, const expops_blocks *blocks)
{
    const int32_t batch = columns->ndim - 2;
    const int64_t taps = columns->strides[batch], places = columns->strides[batch + 1];
    const int64_t *kernel = blocks->kernel;
    expops_view view = *columns;
    view.ndim = 6;
    const int64_t shape[] = { batch ? columns->shape[0] : 1,
                              columns->shape[batch] / (kernel[0] * kernel[1]),
                              kernel[0],
                              kernel[1],
                              blocks->count[0],
                              blocks->count[1] };
    const int64_t strides[] = { batch ? columns->strides[0] : 0,
                                taps * kernel[0] * kernel[1],
                                taps * kernel[1],
                                taps,
                                places * blocks->count[1],
                                places };
    for (int32_t i = 0; i < 6; i++) {
        view.shape[i] = shape[i];
        view.strides[i] = strides[i];
    }
    return view;
}

/* An image of batch, channel, height and width; without a batch, of one. */
static inline expops_view expops_blocks_image(const expops_view *image)
{
    expops_view view = *image;
    if (image->ndim == 3)
        expops_view_insert(&view, 0, 1);
    return view;
}

#endif
