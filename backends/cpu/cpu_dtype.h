/* The type that a kernel is compiled for. */
#ifndef CPU_DTYPE_H
#define CPU_DTYPE_H

#include "expops/backend.h"

/* The type that an operator is compiled for: the half types share that of their arithmetic. */
static inline int32_t cpu_store_of(int32_t dtype)
{
    return dtype == EXPOPS_DTYPE_F16 || dtype == EXPOPS_DTYPE_BF16 ? EXPOPS_DTYPE_F32 : dtype;
}

#endif
