/* Elements in the host's memory, for operators that say which of them PyTorch refuses. */
#ifndef EXPOPS_ELEMENTS_H
#define EXPOPS_ELEMENTS_H

#include "expops/tensor.h"

/* Whether each element of an i64 or i32 tensor is from `low` to `high`, which are more than -2^62 and less than 2^62. */
int expops_elements_within(const expops_tensor *tensor, int64_t low, int64_t high);
/* How many elements of a bool tensor are true. */
int64_t expops_elements_true(const expops_tensor *tensor);

#endif
