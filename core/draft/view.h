/* Views: shapes and strides without memory. Used by operators' definitions and by planning. A view is made of a tensor that
 * was checked (expops_check_tensor), so what it reaches can be counted. */
#ifndef EXPOPS_VIEW_H
#define EXPOPS_VIEW_H

#include "operator.h"

/* "(2, 3)" in a buffer of the caller; returns the buffer. */
#define EXPOPS_SHAPE_TEXT 200
const char *expops_shape_text(int32_t ndim, const int64_t *shape, char text[EXPOPS_SHAPE_TEXT]);

/* The view that a tensor is of itself. Strides that reach no element are 0. */
void expops_view_of_tensor(const expops_tensor *tensor, expops_view *view);
/* Number of elements; -1 where an int64_t cannot hold it. */
int64_t expops_view_numel(const expops_view *view);

/* Dimension `dim` of `ndim`, negative counting from the last, as a number from 0. Without dimensions 0 and -1 are taken. */
expops_status expops_view_dim(int32_t ndim, int64_t dim, int32_t *out_dim);
/* Whether the view has exactly this shape. */
expops_status expops_view_has_shape(const expops_view *view, int32_t ndim, const int64_t *shape);
/* Whether the view broadcasts to the shape of `to`. */
expops_status expops_view_expands_to(const expops_view *view, const expops_view *to);
/* Whether the argument, where it is a tensor, has no more dimensions. */
expops_status expops_view_at_most(const expops_value *value, const expops_view *view, int32_t ndim);
/* Reorders dimensions; `dims` must be a permutation, negative counts from the last. */
expops_status expops_view_permute(expops_view *view, const int64_t *dims, uint32_t count);
/* Flags for the dimensions named, all of them where none is. Repeated or out of range: an error. */
expops_status expops_view_dims(const expops_view *view, const int64_t *dims, uint32_t count, uint8_t *flags);
/* Flags for the last `count` dimensions, which must have the sizes given. */
expops_status expops_view_last_dims(const expops_view *view, const int64_t *sizes, uint32_t count, uint8_t *flags);

/* Moves the dimensions that have a flag behind the others, both in their order; returns how many. */
uint32_t expops_view_to_end(expops_view *view, const uint8_t *flags);
/* A dimension of `size` equal elements, before dimension `dim`. */
void expops_view_insert(expops_view *view, int32_t dim, int64_t size);

/* --- reshape.c --- */
/* `sizes`, one of which may be -1, as the shape of as many elements as the view has. */
expops_status expops_view_sizes(const expops_view *view, const int64_t *sizes, uint32_t count, int64_t *shape);
/* Gives the view another shape of as many elements. 0: its strides do not allow that, and it is left as it is. */
int expops_view_reshape(expops_view *view, int32_t ndim, const int64_t *shape);
/* Shape and strides (two lists of ints) that reach no element which the view does not, from its element `offset` on. */
expops_status expops_view_strided(expops_view *view, const expops_value *sizes, const expops_value *strides,
                                  int64_t offset);
/* All the memory from the view's first element to its last, in one dimension. */
void expops_view_memory(expops_view *view);
/* Splits dimension `dim` in two, the second of size `inner`, which divides its size. There is room for one more. */
void expops_view_split(expops_view *view, int32_t dim, int64_t inner);
/* Dimension `dim` left out. */
void expops_view_drop(expops_view *view, int32_t dim);
/* A diagonal in two of the dimensions, as the last one. */
expops_status expops_view_diagonal(expops_view *view, int64_t offset, int64_t dim1, int64_t dim2);

/* Enlarges `shape` (right-aligned) so that `view` broadcasts with it. */
expops_status expops_broadcast(int32_t *ndim, int64_t *shape, const expops_view *view);
/* Makes `view` one of `shape` by zero strides. It must broadcast. */
void expops_view_expand(expops_view *view, int32_t ndim, const int64_t *shape);

/* Whether two elements may share an address. */
int expops_view_overlaps_itself(const expops_view *view);
/* First and one past the last byte touched, from the tensor's data pointer. */
void expops_view_extent(const expops_view *view, size_t element_bytes, int64_t *out_low, int64_t *out_high);

#endif
