/* One call of an operator with everything it needs, checked for what any call must keep: guards, inputs, gaps. */
#ifndef TEST_CALL_H
#define TEST_CALL_H

#include "array.h"
#include "promotion.h"
#include "reference.h"

/* One of the outputs behind the first. */
typedef struct test_output {
    expops_result result;
    test_array out;
    unsigned char *image;
} test_output;

enum { TEST_ITEMS = 100, TEST_ARRAYS = EXPOPS_MAX_PARAMETERS + TEST_ITEMS };
enum { TEST_INTS = EXPOPS_MAX_RANK + 8 }; /* lists of integers that are too long, too */

typedef struct test_call {
    const expops_operator *op;
    expops_device *device;
    const char *title; /* of the case, for messages */
    size_t num_args;
    expops_value args[EXPOPS_MAX_PARAMETERS];
    test_array arrays[TEST_ARRAYS];         /* behind the arguments that are tensors, then those in a list */
    const expops_tensor *items[TEST_ITEMS]; /* of a list */
    double complexes[EXPOPS_MAX_PARAMETERS][2];
    int64_t integers[EXPOPS_MAX_PARAMETERS][TEST_INTS];
    expops_result result; /* what expops_infer said of the first output */
    test_types types;     /* what the tests expect */
    test_array out;       /* empty where in_place */
    int in_place;         /* the first argument is the output */
    unsigned char *image; /* the output as it came back */
    test_output more[EXPOPS_MAX_OUTPUTS - 1];
    int reported; /* lines printed about this call */
} test_call;

void test_call_begin(test_call *call, expops_device *device, const expops_operator *op, const char *title);
void test_call_end(test_call *call);

/* Makes arrays[index] the argument. Returns 0 when memory cannot be had. */
int test_call_tensor(test_call *call, size_t index, expops_dtype dtype, int32_t ndim, const int64_t *shape,
                     enum test_layout layout, int64_t shift);
/* Makes a list of `count` tensors, which lie in arrays[num_args] and behind, the argument. */
void test_call_list(test_call *call, size_t index, uint32_t count);
void test_call_ints(test_call *call, size_t index, const int64_t *integers, uint32_t count);

/* Prints a failure: the first time with every parameter of the call and the seed. Returns 1. */
int test_report(test_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Asks the library for the result's type and shape, and compares the type with the tests' own rule. Returns the number
 * of failures. */
int test_call_infer(test_call *call);
/* What expops_infer says of all results. */
expops_status test_call_results(test_call *call);
/* Outputs of the inferred shapes, those behind the first compact and of the results' types. Returns 0 when memory cannot be had. */
/* Those behind the first, compact. */
int test_call_other_outputs(test_call *call);
int test_call_output(test_call *call, expops_dtype dtype, enum test_layout layout, int64_t shift);
const test_array *test_call_out(const test_call *call);
/* How many outputs the operator has. */
size_t test_call_outputs(const test_call *call);
/* Makes output `index` the one that is looked at, and that one output `index`. */
void test_call_swap(test_call *call, size_t index);
/* The outputs' descriptors side by side, as expops_call takes them. */
void test_call_tensors(const test_call *call, expops_tensor *outs);
/* Uploads inputs and a poisoned output, calls, downloads, and checks that nothing but the output's elements changed.
 * Returns the number of failures; -1 where the device has no such arithmetic, which its capabilities must say. */
int test_call_run(test_call *call);
/* The same where values are not looked at: uploads and calls. */
expops_status test_call_launch(test_call *call);

/* The number of the call's operands for messages: "self=1.5 other=nan" of one output element. */
void test_call_operands(const test_call *call, int64_t position, char *text, size_t size);

/* Whether an element of the result is made of the tensors' elements at the same place, broadcast. */
static inline int test_is_elementwise(const expops_operator *op)
{
    return op->family == EXPOPS_FAMILY_POINTWISE && (!op->draft || op->elementwise);
}

#endif
