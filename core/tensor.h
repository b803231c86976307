/* What the library asks of every tensor descriptor. */
#ifndef EXPOPS_CORE_TENSOR_H
#define EXPOPS_CORE_TENSOR_H

#include "expops/status.h"
#include "expops/tensor.h"

/* Its type, rank and sizes; an error says what is wrong without saying whose. */
expops_status expops_check_tensor(const expops_tensor *tensor, expops_dtype *out_dtype);

#endif
