/* Tensors that have no memory behind them, on the null backend. */
#ifndef CORE_FIXTURE_H
#define CORE_FIXTURE_H

#include "expops/expops.h"
#include "null_backend.h"

/* Registers the null backend and opens it; 0 on success, for CMocka's group setup. */
int fixture_open(void **state);
int fixture_close(void **state);
extern expops_device *fixture_device;

typedef struct fixture_tensor {
    expops_tensor tensor;
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK];
} fixture_tensor;

/* A compact tensor at `address`; the shape ends with -1. */
void fixture_make(fixture_tensor *made, uintptr_t address, expops_dtype dtype, const int64_t *shape);
#define TENSOR_AT(made, address, dtype, ...) fixture_make(made, address, dtype, (const int64_t[]){ __VA_ARGS__, -1 })
/* Value of `#define NAME` in the last text compiled, or "" */
const char *fixture_define(const char *name);

#endif
