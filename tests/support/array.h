/* Tensors of the tests: a strided view of a storage with guards on both sides, kept on the host and on a device.
 * EXPOPS_TEST_GUARDS=0 leaves the guards out. */
#ifndef TEST_ARRAY_H
#define TEST_ARRAY_H

#include "expops/device.h"
#include "numbers.h"

/* How the elements lie in memory. */
enum test_layout {
    TEST_COMPACT = 0,
    TEST_TRANSPOSED, /* first dimension fastest */
    TEST_REVERSED,   /* every stride negative */
    TEST_STEPPED,    /* every second element of the last dimension */
    TEST_SLICED,     /* rows of a wider matrix */
    TEST_EXPANDED,   /* stride 0 along the first dimension */
    TEST_LAYOUT_COUNT
};
const char *test_layout_name(enum test_layout layout);

typedef struct test_array {
    expops_dtype dtype;
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK];
    int64_t first;  /* storage index of element (0, ..., 0) */
    int64_t stored; /* elements of the storage */
    /* Of the storage in `host`. Elements of 16 bytes start at an odd multiple of 8 where their view is shifted, as complex numbers
     * over a storage of doubles may. */
    size_t before;
    unsigned char *host; /* guard, storage, guard */
    expops_device *device;
    expops_pointer memory;
    expops_tensor tensor;
} test_array;

/* A view of `stored` elements at the given strides; NULL shape is allowed where ndim is 0. Contents are a pattern.
 * Returns 0 when memory cannot be had. */
int test_array_view(test_array *array, expops_device *device, expops_dtype dtype, int32_t ndim, const int64_t *shape,
                    const int64_t *strides, int64_t first, int64_t stored);
/* A view in one of the layouts above, `shift` elements after the start of the storage. */
int test_array_make(test_array *array, expops_device *device, expops_dtype dtype, int32_t ndim, const int64_t *shape,
                    enum test_layout layout, int64_t shift);
/* The library is handed the host's copy instead of the device's. */
void test_array_stay_on_host(test_array *array);
/* Also fine on an array of zeros. */
void test_array_free(test_array *array);

int64_t test_array_numel(const test_array *array);
/* Storage index of the element at row-major position `position` of the view broadcast to `shape`. */
int64_t test_array_index(const test_array *array, int32_t ndim, const int64_t *shape, int64_t position);
test_value test_array_get(const test_array *array, int64_t index);
void test_array_set(test_array *array, int64_t index, test_value value);
/* Stores the low bits of a pattern as they are: NaN of every payload. */
void test_array_set_bits(test_array *array, int64_t index, uint64_t bits);

/* Host to device and back, guards included; the host image of a download goes to `image` (test_array_bytes long). */
expops_status test_array_upload(test_array *array);
size_t test_array_bytes(const test_array *array);
expops_status test_array_download(const test_array *array, unsigned char *image);
/* Reads an element of a downloaded image. */
test_value test_image_get(const test_array *array, const unsigned char *image, int64_t index);
/* Whether the image differs from the host's copy anywhere but in the view's own elements (`only_view`), or at all. */
int test_array_spoilt(const test_array *array, const unsigned char *image, int only_view);

#endif
