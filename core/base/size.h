/* Arithmetic on sizes that a caller chose. Nothing here overflows: a function says 1, or 0 where an int64_t cannot hold
 * the answer. Sizes are never negative here; strides have any sign. */
#ifndef EXPOPS_SIZE_H
#define EXPOPS_SIZE_H

#include <stdint.h>

static inline int expops_checked_add(int64_t a, int64_t b, int64_t *out_sum)
{
    return !__builtin_add_overflow(a, b, out_sum);
}

static inline int expops_checked_multiply(int64_t a, int64_t b, int64_t *out_product)
{
    return !__builtin_mul_overflow(a, b, out_product);
}

/* What an int64_t cannot hold is as far as one reaches. */
static inline int64_t expops_saturated_add(int64_t a, int64_t b)
{
    int64_t sum;
    return expops_checked_add(a, b, &sum) ? sum : INT64_MAX;
}

/* `size` / `unit`, rounded up. */
static inline int64_t expops_ceil_divide(int64_t size, int64_t unit)
{
    return size / unit + (size % unit != 0);
}

/* n / divisor is (mulhi(n, magic) + n) >> shift for every n below 2^31, as is the divisor. */
static inline void expops_find_magic(uint32_t divisor, uint32_t *magic, uint32_t *shift)
{
    *shift = 0;
    while ((1ull << *shift) < divisor)
        ++*shift;
    *magic = (uint32_t)(((1ull << 32) * ((1ull << *shift) - divisor)) / divisor + 1);
}

static inline int expops_has_no_elements(int32_t ndim, const int64_t *shape)
{
    for (int32_t d = 0; d < ndim; d++)
        if (shape[d] == 0)
            return 1;
    return 0;
}

/* Number of elements; without any, the other sizes may be what they like, as in PyTorch. */
static inline int expops_checked_numel(int32_t ndim, const int64_t *shape, int64_t *out_numel)
{
    *out_numel = !expops_has_no_elements(ndim, shape);
    for (int32_t d = 0; d < ndim && *out_numel; d++)
        if (!expops_checked_multiply(*out_numel, shape[d], out_numel))
            return 0;
    return 1;
}

/* Compact row-major strides; a size of 0 counts as 1, as in PyTorch. */
static inline int expops_checked_strides(int32_t ndim, const int64_t *shape, int64_t *strides)
{
    int64_t stride = 1;
    for (int32_t d = ndim - 1; d >= 0; d--) {
        strides[d] = stride;
        if (d > 0 && !expops_checked_multiply(stride, shape[d] > 1 ? shape[d] : 1, &stride))
            return 0;
    }
    return 1;
}

/* First and one past the last byte touched, from the first element. Their distance fits, too. */
static inline int expops_checked_extent(int32_t ndim, const int64_t *shape, const int64_t *strides,
                                        int64_t element_bytes, int64_t *out_low, int64_t *out_high)
{
    int64_t low = 0, high = 0, distance;
    *out_low = *out_high = 0;
    if (expops_has_no_elements(ndim, shape))
        return 1;
    for (int32_t d = 0; d < ndim; d++) {
        int64_t reach, *end;
        if (!expops_checked_multiply(strides[d], shape[d] - 1, &reach))
            return 0;
        end = reach < 0 ? &low : &high;
        if (!expops_checked_add(*end, reach, end))
            return 0;
    }
    return expops_checked_add(high, 1, &high) && expops_checked_multiply(low, element_bytes, out_low) &&
           expops_checked_multiply(high, element_bytes, out_high) &&
           !__builtin_sub_overflow(*out_high, *out_low, &distance);
}

#endif
