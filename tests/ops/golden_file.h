/* Parsed cases and how their values become a call's arguments. */
#ifndef TEST_GOLDEN_FILE_H
#define TEST_GOLDEN_FILE_H

#include <json-c/json.h>

#include "golden.h"

typedef struct golden_case {
    struct json_object *json;
    char name[40];
    char *exception; /* or NULL */
} golden_case;

struct test_golden {
    golden_case *cases;
    size_t count;
    unsigned char *data;
    size_t bytes;
};

/* A tensor value's parts; 0 where the value is none, or points outside the data. */
typedef struct golden_tensor {
    expops_dtype dtype;
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK];
    size_t offset;
    int64_t stored;
} golden_tensor;
int golden_tensor_of(const test_golden *golden, struct json_object *value, golden_tensor *out_tensor);
test_value golden_element(const test_golden *golden, const golden_tensor *tensor, int64_t position);

/* Any one of the values bool, int, float, non-finite float and complex, whose parts go to `parts`; 0 for anything else. */
int golden_number(struct json_object *json, double parts[2], expops_value *out_value);
/* Makes one value an argument; `golden` may be NULL where it is no tensor. Returns 0 where it does not fit. */
int golden_argument(const test_golden *golden, test_call *call, size_t index, struct json_object *json);
/* A whole file of tests/golden with a final NUL, or NULL. */
char *golden_read_file(const char *name, const char *extension, size_t *out_bytes);
/* Turns a case's input, args and kwargs into the call's arguments. Returns the number of failures. */
int golden_arguments(const test_golden *golden, struct json_object *json, test_call *call);

#endif
