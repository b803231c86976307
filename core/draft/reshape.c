/* Views that take a tensor's memory with another shape. */
#include <string.h>
#include "base/error.h"
#include "base/size.h"
#include "view.h"

/* --- sizes of which one is left open --- */

static expops_status find_open(const int64_t *sizes, uint32_t count, int32_t *out_open)
{
    *out_open = -1;
    for (uint32_t i = 0; i < count; i++) {
        if (sizes[i] >= 0)
            continue;
        if (sizes[i] != -1)
            return expops_fail(EXPOPS_ERR_SHAPE, "has the size %lld at %u; expected -1 or one that is not negative",
                               (long long)sizes[i], i);
        if (*out_open >= 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "has -1 at %d and at %u; only one size can be left open", *out_open,
                               i);
        *out_open = (int32_t)i;
    }
    return EXPOPS_OK;
}

/* -1 stands for what the others leave, as in PyTorch; beside a size of 0 it could be anything and is refused. */
expops_status expops_view_sizes(const expops_view *view, const int64_t *sizes, uint32_t count, int64_t *shape)
{
    char text[EXPOPS_SHAPE_TEXT];
    const int64_t numel = expops_view_numel(view);
    int64_t others;
    int32_t open;
    EXPOPS_TRY(find_open(sizes, count, &open));
    if (count)
        memcpy(shape, sizes, count * sizeof *sizes);
    if (open >= 0)
        shape[open] = 1;
    const int counted = expops_checked_numel((int32_t)count, shape, &others);
    if (open >= 0 && counted && others == 0 && numel == 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "leaves a size open that may be any number, as no element is left");
    if (open >= 0 && counted && others > 0 && numel % others == 0)
        shape[open] = numel / others;
    else if (open >= 0 || !counted || others != numel)
        return expops_fail(EXPOPS_ERR_SHAPE, "is %s, which does not hold exactly %lld elements",
                           expops_shape_text((int32_t)count, sizes, text), (long long)numel);
    return EXPOPS_OK;
}

/* --- the same elements in the same order --- */

/* Dimensions up to `*dim` that lie in one piece; 1 element where there are none left. `*dim` is left before them. */
static int64_t take_piece(const expops_view *view, int32_t *dim, int64_t *out_stride)
{
    int64_t numel = 1, next;
    for (; *dim >= 0; --*dim) {
        const int64_t size = view->shape[*dim], stride = view->strides[*dim];
        if (size == 1)
            continue;
        if (numel > 1 && (!expops_checked_multiply(numel, *out_stride, &next) || stride != next))
            break;
        *out_stride = numel == 1 ? stride : *out_stride;
        numel *= size;
    }
    return numel;
}

/* Each piece, the last first, must be a product of new sizes. */
static int cut_pieces(const expops_view *view, int32_t ndim, const int64_t *shape, int64_t *strides)
{
    int32_t dim = view->ndim - 1, at = ndim - 1;
    do {
        int64_t stride = 0, done = 1;
        const int64_t numel = take_piece(view, &dim, &stride);
        for (; at >= 0 && (done < numel || shape[at] == 1); at--) {
            strides[at] = shape[at] == 1 ? 0 : done * stride;
            done *= shape[at];
        }
        if (done != numel)
            return 0;
    } while (dim >= 0);
    return 1;
}

/* Without elements any shape is a view: no stride leads anywhere. */
int expops_view_reshape(expops_view *view, int32_t ndim, const int64_t *shape)
{
    int64_t strides[EXPOPS_MAX_RANK] = { 0 };
    if (!expops_has_no_elements(ndim, shape) && !cut_pieces(view, ndim, shape, strides))
        return 0;
    view->ndim = ndim;
    memcpy(view->shape, shape, (size_t)ndim * sizeof *shape);
    memcpy(view->strides, strides, (size_t)ndim * sizeof *strides);
    return 1;
}

/* --- any strides --- */

static expops_status check_not_negative(const expops_value *list, const char *name)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->as.integers[i] < 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "argument %s has %lld at %u; expected none below 0", name,
                               (long long)list->as.integers[i], i);
    return EXPOPS_OK;
}

/* Whether the view touches only bytes that `whole` does. */
static expops_status check_within(const expops_view *view, const expops_view *whole)
{
    const int64_t bytes = (int64_t)expops_dtype_bytes((expops_dtype)view->dtype);
    int64_t low, high, end, first, last;
    if (expops_has_no_elements(view->ndim, view->shape))
        return EXPOPS_OK;
    expops_view_extent(whole, (size_t)bytes, &first, &last);
    if (expops_checked_extent(view->ndim, view->shape, view->strides, 1, &low, &high) &&
        !__builtin_add_overflow(high, view->offset, &end) && view->offset >= first / bytes && end <= last / bytes)
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_SHAPE,
                       "argument size: the view reaches out of self, whose elements lie from %lld to before %lld",
                       (long long)(first / bytes), (long long)(last / bytes));
}

expops_status expops_view_strided(expops_view *view, const expops_value *sizes, const expops_value *strides,
                                  int64_t offset)
{
    const expops_view whole = *view;
    EXPOPS_TRY(check_not_negative(sizes, "size"));
    EXPOPS_TRY(check_not_negative(strides, "stride"));
    if (sizes->count != strides->count)
        return expops_fail(EXPOPS_ERR_SHAPE, "size has %u entries, stride %u", sizes->count, strides->count);
    if (offset < 0)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument storage_offset is %lld; expected none below 0",
                           (long long)offset);
    view->ndim = (int32_t)sizes->count;
    view->offset = offset;
    for (int32_t i = 0; i < view->ndim; i++) {
        view->shape[i] = sizes->as.integers[i];
        view->strides[i] = view->shape[i] == 1 ? 0 : strides->as.integers[i];
    }
    return check_within(view, &whole);
}

/* What lies between the first and the last byte, gaps too: for operators that scatter into a storage. */
void expops_view_memory(expops_view *view)
{
    const int64_t bytes = (int64_t)expops_dtype_bytes((expops_dtype)view->dtype);
    int64_t low, high;
    expops_view_extent(view, (size_t)bytes, &low, &high);
    view->ndim = 1;
    view->shape[0] = (high - low) / bytes;
    view->strides[0] = view->shape[0] > 1;
    view->offset = low / bytes;
}

/* --- dimensions --- */

void expops_view_split(expops_view *view, int32_t dim, int64_t inner)
{
    for (int32_t d = view->ndim++; d > dim; d--) {
        view->shape[d] = view->shape[d - 1];
        view->strides[d] = view->strides[d - 1];
    }
    view->shape[dim] /= inner;
    if (view->shape[dim] > 1) /* of a view without elements the product may wrap: it leads nowhere */
        view->strides[dim] = (int64_t)((uint64_t)view->strides[dim] * (uint64_t)inner);
    view->shape[dim + 1] = inner;
}

void expops_view_drop(expops_view *view, int32_t dim)
{
    view->ndim--;
    for (int32_t d = dim; d < view->ndim; d++) {
        view->shape[d] = view->shape[d + 1];
        view->strides[d] = view->strides[d + 1];
    }
}

expops_status expops_view_diagonal(expops_view *view, int64_t offset, int64_t dim1, int64_t dim2)
{
    const expops_view from = *view;
    int32_t row, column;
    EXPOPS_TRY_SAYING(expops_view_dim(from.ndim, dim1, &row), "argument dim1");
    EXPOPS_TRY_SAYING(expops_view_dim(from.ndim, dim2, &column), "argument dim2");
    if (row == column)
        return expops_fail(EXPOPS_ERR_SHAPE, "dim1 and dim2 are both dimension %d", row);
    /* beyond the matrix the diagonal is empty, and its place need not be counted further */
    offset = offset < -from.shape[row] ? -from.shape[row] : offset > from.shape[column] ? from.shape[column] : offset;
    const int64_t down = offset < 0 ? -offset : 0, across = offset < 0 ? 0 : offset;
    const int64_t rows = from.shape[row] - down, columns = from.shape[column] - across;
    view->ndim = 0;
    for (int32_t d = 0; d < from.ndim; d++)
        if (d != row && d != column) {
            view->shape[view->ndim] = from.shape[d];
            view->strides[view->ndim++] = from.strides[d];
        }
    const int64_t size = rows < columns ? rows : columns;
    view->shape[view->ndim] = size;
    view->strides[view->ndim++] = size > 1 ? from.strides[row] + from.strides[column] : 0;
    view->offset += size > 0 ? down * from.strides[row] + across * from.strides[column] : 0;
    return EXPOPS_OK;
}
