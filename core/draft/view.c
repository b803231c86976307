#include "view.h"
#include <stdio.h>
#include <string.h>
#include "base/error.h"
#include "base/size.h"

const char *expops_shape_text(int32_t ndim, const int64_t *shape, char text[EXPOPS_SHAPE_TEXT])
{
    size_t used = (size_t)snprintf(text, EXPOPS_SHAPE_TEXT, "(");
    for (int32_t i = 0; i < ndim && used < EXPOPS_SHAPE_TEXT - 24; i++) /* room for one more number */
        used += (size_t)snprintf(text + used, EXPOPS_SHAPE_TEXT - used, "%s%lld", i ? ", " : "", (long long)shape[i]);
    snprintf(text + used, EXPOPS_SHAPE_TEXT - used, ndim == 1 ? ",)" : ")");
    return text;
}

int64_t expops_view_numel(const expops_view *view)
{
    int64_t numel;
    return expops_checked_numel(view->ndim, view->shape, &numel) ? numel : -1;
}

expops_status expops_view_dim(int32_t ndim, int64_t dim, int32_t *out_dim)
{
    const int64_t range = ndim ? ndim : 1; /* of a scalar, too, 0 and -1 can be named, as in PyTorch */
    if (dim < -range || dim >= range)
        return expops_fail(EXPOPS_ERR_SHAPE, "dimension %lld is out of range: expected %lld to %lld", (long long)dim,
                           (long long)-range, (long long)range - 1);
    *out_dim = (int32_t)(dim < 0 ? dim + range : dim);
    return EXPOPS_OK;
}

expops_status expops_view_has_shape(const expops_view *view, int32_t ndim, const int64_t *shape)
{
    char want[EXPOPS_SHAPE_TEXT], got[EXPOPS_SHAPE_TEXT];
    if (view->ndim == ndim && !memcmp(view->shape, shape, (size_t)ndim * sizeof *shape))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE, "has shape %s; expected %s", expops_shape_text(view->ndim, view->shape, got),
                       expops_shape_text(ndim, shape, want));
}

/* Of inputs beside an output that is given: other than in a broadcast the output cannot grow. */
expops_status expops_view_expands_to(const expops_view *view, const expops_view *to)
{
    char want[EXPOPS_SHAPE_TEXT], got[EXPOPS_SHAPE_TEXT];
    const int32_t more = to->ndim - view->ndim;
    int fits = more >= 0;
    for (int32_t d = 0; fits && d < view->ndim; d++)
        fits = view->shape[d] == 1 || view->shape[d] == to->shape[more + d];
    return fits ? EXPOPS_OK
                : expops_fail(EXPOPS_ERR_SHAPE, "shape %s does not broadcast to %s",
                              expops_shape_text(view->ndim, view->shape, got),
                              expops_shape_text(to->ndim, to->shape, want));
}

expops_status expops_view_at_most(const expops_value *value, const expops_view *view, int32_t ndim)
{
    if (value->kind != EXPOPS_VALUE_TENSOR || view->ndim <= ndim)
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE, "has %d dimensions; at most %d are accepted", view->ndim, ndim);
}

expops_status expops_view_dims(const expops_view *view, const int64_t *dims, uint32_t count, uint8_t *flags)
{
    memset(flags, count == 0, EXPOPS_MAX_RANK); /* where none is named, all are */
    for (uint32_t i = 0; i < count; i++) {
        int32_t dim = 0;
        EXPOPS_TRY(expops_view_dim(view->ndim, dims[i], &dim));
        if (flags[dim])
            return expops_fail(EXPOPS_ERR_SHAPE, "dimension %d appears more than once", dim);
        flags[dim] = 1;
    }
    return EXPOPS_OK;
}

expops_status expops_view_permute(expops_view *view, const int64_t *dims, uint32_t count)
{
    uint8_t seen[EXPOPS_MAX_RANK];
    const expops_view from = *view;
    if (count != (uint32_t)view->ndim)
        return expops_fail(EXPOPS_ERR_SHAPE, "dims names %u dimensions, the tensor has %d", count, view->ndim);
    /* For expops_view_dims no names are all dimensions. */
    if (count == 0)
        return EXPOPS_OK;
    /* as many as there are, and none twice: so each is there */
    EXPOPS_TRY(expops_view_dims(view, dims, count, seen));
    for (uint32_t i = 0; i < count; i++) {
        int32_t dim = 0;
        EXPOPS_TRY(expops_view_dim(from.ndim, dims[i], &dim));
        view->shape[i] = from.shape[dim];
        view->strides[i] = from.strides[dim];
    }
    return EXPOPS_OK;
}

expops_status expops_view_last_dims(const expops_view *view, const int64_t *sizes, uint32_t count, uint8_t *flags)
{
    char expected[EXPOPS_SHAPE_TEXT], got[EXPOPS_SHAPE_TEXT];
    const int32_t first = view->ndim - (int32_t)count;
    memset(flags, 0, EXPOPS_MAX_RANK);
    if (count == 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "normalized_shape names no dimension");
    if (count > (uint32_t)view->ndim || memcmp(view->shape + first, sizes, count * sizeof *sizes))
        return expops_fail(
            EXPOPS_ERR_SHAPE, "a tensor of shape %s does not end in the dimensions %s",
            expops_shape_text(view->ndim, view->shape, got),
            expops_shape_text((int32_t)(count < EXPOPS_MAX_RANK ? count : EXPOPS_MAX_RANK), sizes, expected));
    memset(flags + first, 1, count);
    return EXPOPS_OK;
}

uint32_t expops_view_to_end(expops_view *view, const uint8_t *flags)
{
    const expops_view from = *view;
    int32_t to = 0, stay = 0;
    for (int pass = 0; pass < 2; pass++) { /* those that stay, then the others, both in their order */
        for (int32_t d = 0; d < from.ndim; d++)
            if (!flags[d] == !pass) {
                view->shape[to] = from.shape[d];
                view->strides[to++] = from.strides[d];
            }
        stay = pass ? stay : to;
    }
    return (uint32_t)(to - stay);
}

/* The stride of 0 makes it a repetition; whoever inserts a real dimension overwrites it. */
void expops_view_insert(expops_view *view, int32_t dim, int64_t size)
{
    const size_t behind = (size_t)(view->ndim - dim);
    memmove(view->shape + dim + 1, view->shape + dim, behind * sizeof *view->shape);
    memmove(view->strides + dim + 1, view->strides + dim, behind * sizeof *view->strides);
    view->shape[dim] = size;
    view->strides[dim] = 0;
    view->ndim++;
}

expops_status expops_broadcast(int32_t *ndim, int64_t *shape, const expops_view *view)
{
    char ours[EXPOPS_SHAPE_TEXT], theirs[EXPOPS_SHAPE_TEXT];
    if (view->ndim > *ndim) {
        const int32_t more = view->ndim - *ndim;
        memmove(shape + more, shape, (size_t)*ndim * sizeof *shape);
        for (int32_t i = 0; i < more; i++)
            shape[i] = 1;
        *ndim = view->ndim;
    }
    for (int32_t i = 0; i < view->ndim; i++) {
        int64_t *size = shape + *ndim - view->ndim + i;
        /* also 0, which meets 1 and itself only */
        if (*size == 1)
            *size = view->shape[i];
        else if (view->shape[i] != 1 && view->shape[i] != *size)
            return expops_fail(EXPOPS_ERR_SHAPE, "shape %s does not broadcast with %s",
                               expops_shape_text(view->ndim, view->shape, theirs),
                               expops_shape_text(*ndim, shape, ours));
    }
    return EXPOPS_OK;
}

void expops_view_expand(expops_view *view, int32_t ndim, const int64_t *shape)
{
    const expops_view from = *view;
    const int32_t more = ndim - from.ndim;
    view->ndim = ndim;
    for (int32_t i = 0; i < ndim; i++) {
        const int own = i >= more && (from.shape[i - more] == shape[i]);
        view->shape[i] = shape[i];
        view->strides[i] = own ? from.strides[i - more] : 0; /* every index finds the one element */
    }
}

/* Sorted by stride, each dimension must step over everything the smaller ones reach. */
int expops_view_overlaps_itself(const expops_view *view)
{
    int64_t strides[EXPOPS_MAX_RANK], sizes[EXPOPS_MAX_RANK], reach = 0;
    int count = 0;
    if (expops_has_no_elements(view->ndim, view->shape))
        return 0;
    for (int32_t i = 0; i < view->ndim; i++) {
        if (view->shape[i] == 1)
            continue;
        /* forwards or backwards, it reaches as far */
        const int64_t stride = view->strides[i] < 0 ? -view->strides[i] : view->strides[i];
        int at = count;
        for (; at > 0 && strides[at - 1] > stride; at--) {
            strides[at] = strides[at - 1];
            sizes[at] = sizes[at - 1];
        }
        strides[at] = stride;
        sizes[at] = view->shape[i];
        count++;
    }
    for (int i = 0; i < count; i++) {
        if (strides[i] <= reach)
            return 1;
        reach += strides[i] * (sizes[i] - 1);
    }
    return 0;
}

void expops_view_extent(const expops_view *view, size_t element_bytes, int64_t *out_low, int64_t *out_high)
{
    const int64_t bytes = (int64_t)element_bytes;
    expops_checked_extent(view->ndim, view->shape, view->strides, bytes, out_low, out_high);
    if (*out_low == *out_high) /* nothing is touched, wherever it would begin */
        return;
    *out_low += view->offset * bytes;
    *out_high += view->offset * bytes;
}
