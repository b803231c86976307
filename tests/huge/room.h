/* Device memory of more than 2^31 bytes and one host buffer to read results into. */
#ifndef HUGE_ROOM_H
#define HUGE_ROOM_H

#include "expops/expops.h"

enum { HUGE_RANK = 4, HUGE_ARGUMENTS = 6 };
#define HUGE_BYTES ((INT64_C(1) << 31) + (INT64_C(1) << 22)) /* of each of the two below */

/* A source whose byte k is huge_pattern(k), and a target. */
enum huge_place { HUGE_SOURCE, HUGE_TARGET, HUGE_MASK, HUGE_PLACES };

typedef struct huge_tensor {
    expops_tensor tensor;
    int64_t shape[HUGE_RANK], strides[HUGE_RANK];
} huge_tensor;

/* Returns the program's exit status where nothing can be run, with the reason printed, else 0. */
int huge_open(void);
void huge_close(void);

static inline uint8_t huge_pattern(int64_t k)
{
    return (uint8_t)((uint64_t)k * UINT64_C(0x9E3779B97F4A7C15) >> 56);
}

/* One-byte elements (`dtype`: u8 or bool) of a place from `offset` on; NULL strides are compact. */
void huge_view(huge_tensor *view, enum huge_place place, expops_dtype dtype, int64_t offset, int32_t ndim,
               const int64_t *shape, const int64_t *strides);
/* A small tensor of 64-bit integers, with these elements where there are any. It lives until the test ends. */
void huge_small(huge_tensor *view, int32_t ndim, const int64_t *shape, const int64_t *elements);
void huge_free_small(void);
/* Calls `name`; fails the test where that does. */
void huge_call(const char *name, const expops_value *args, size_t num_args, const expops_tensor *outs, size_t count);
/* The bytes of a place as they are on the device now. */
const uint8_t *huge_read(enum huge_place place, int64_t bytes);
void huge_read_small(const huge_tensor *view, int64_t *elements, int64_t count);
/* Element i of the target must be expected(i): all in windows around the ends and 2^31, and every 251st. */
typedef uint8_t huge_expectation(int64_t i);
void huge_check(int64_t elements, huge_expectation *expected);

#endif
