/* The programs that have one test for each operator and element type. */
#ifndef TEST_EACH_TYPE_H
#define TEST_EACH_TYPE_H

#include <stdint.h>
#include "expops/device.h"
#include "operator.h"

/* What such a test gets as its state. */
typedef struct test_item {
    char name[96];
    expops_device *device;
    const expops_operator *op;
    expops_dtype dtype;
} test_item;

/* All of the program but its tests: on EXPOPS_BACKEND's device, for this process's share of the operators, those whose names
 * match the first argument. `types_of` gives the set of types that an operator is tested in; `group` names the program and `kind` its tests. */
int test_each_type(int argc, char **argv, const char *group, const char *kind,
                   uint32_t (*types_of)(const expops_operator *op), void (*run)(void **state));

#endif
