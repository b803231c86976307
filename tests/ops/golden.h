/* PyTorch's own answers, kept in tests/golden (docs/testing.md has the format). */
#ifndef TEST_GOLDEN_H
#define TEST_GOLDEN_H

#include "call.h"

typedef struct test_golden test_golden;

/* Reads the cases of an operator. NULL where there are none, or with *out_error set where they cannot be read. */
test_golden *test_golden_open(const char *op_name, const char **out_error);
void test_golden_close(test_golden *golden);
size_t test_golden_count(const test_golden *golden);
/* "17", or "extra17" for a variant's case. Owned by the golden. */
const char *test_golden_case_name(const test_golden *golden, size_t index);
/* Why a case cannot hold here, from tests/golden/exceptions.txt; NULL otherwise. */
const char *test_golden_exception(const test_golden *golden, size_t index);
/* Runs one case; returns the number of failures. */
int test_golden_run(const test_golden *golden, size_t index, expops_device *device, const expops_operator *op);

#endif
