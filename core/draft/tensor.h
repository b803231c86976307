/* What the library asks of every tensor descriptor. */
#ifndef EXPOPS_CORE_TENSOR_H
#define EXPOPS_CORE_TENSOR_H

#include "expops/status.h"
#include "expops/tensor.h"

/* Its type, rank and sizes, and that the bytes it reaches can be counted: after this no arithmetic with its sizes and
 * strides overflows. An error says what is wrong without saying whose. */
expops_status expops_check_tensor(const expops_tensor *tensor, expops_dtype *out_dtype);

#endif
