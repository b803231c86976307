#include "elements.h"
#include <string.h>

typedef struct range {
    int64_t low, high;
} range;

/* Of `count` elements, `step` bytes apart. */
typedef int64_t a_run(const char *at, int64_t count, int64_t step, const range *of);

/* Negative where one lies outside: a difference is. Without branches, so that vectors are made of it. */
static inline int64_t outside(int64_t element, const range *of)
{
    return (int64_t)(((uint64_t)element - (uint64_t)of->low) | ((uint64_t)of->high - (uint64_t)element));
}

#define RUN_OUTSIDE(name, type) \
    static inline int64_t name(const char *at, int64_t count, int64_t step, const range *of) \
    { \
        int64_t any = 0; \
        for (int64_t i = 0; i < count; i++) { \
            type element; \
            memcpy(&element, at + i * step, sizeof element); \
            any |= outside(element, of); \
        } \
        return any < 0; \
    } \
    static int64_t name##_or_beside(const char *at, int64_t count, int64_t step, const range *of) \
    { \
        return step == sizeof(type) ? name(at, count, sizeof(type), of) : name(at, count, step, of); \
    }
RUN_OUTSIDE(outside_i64, int64_t)
RUN_OUTSIDE(outside_i32, int32_t)

static int64_t true_ones(const char *at, int64_t count, int64_t step, const range *unused)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += at[i * step] != 0;
    return sum;
}

static int64_t stride_of(const expops_tensor *tensor, const int64_t *compact, int32_t dim)
{
    return tensor->strides ? tensor->strides[dim] : compact[dim];
}

/* The sum over runs along the last dimension; all of a compact tensor are one. */
static int64_t sum_of(const expops_tensor *tensor, a_run *run, const range *of)
{
    const int64_t bytes = tensor->dtype.bits / 8, numel = expops_tensor_numel(tensor);
    const char *at = (const char *)tensor->data + tensor->byte_offset;
    int64_t compact[EXPOPS_MAX_RANK], index[EXPOPS_MAX_RANK] = { 0 }, sum = 0;
    if (numel <= 0)
        return 0;
    if (expops_tensor_is_contiguous(tensor))
        return run(at, numel, bytes, of);
    expops_contiguous_strides(tensor->ndim, tensor->shape, compact);
    const int32_t last = tensor->ndim - 1;
    for (int64_t left = numel / tensor->shape[last]; left > 0; left--) {
        sum += run(at, tensor->shape[last], stride_of(tensor, compact, last) * bytes, of);
        for (int32_t dim = last; dim-- > 0;) {
            const int64_t step = stride_of(tensor, compact, dim) * bytes;
            at += step;
            if (++index[dim] < tensor->shape[dim])
                break;
            at -= tensor->shape[dim] * step;
            index[dim] = 0;
        }
    }
    return sum;
}

int expops_elements_within(const expops_tensor *tensor, int64_t low, int64_t high)
{
    const range of = { low, high };
    return !sum_of(tensor, tensor->dtype.bits == 32 ? outside_i32_or_beside : outside_i64_or_beside, &of);
}

int64_t expops_elements_true(const expops_tensor *tensor)
{
    return sum_of(tensor, true_ones, NULL);
}
