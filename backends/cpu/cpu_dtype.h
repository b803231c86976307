/* The element types' numbers, from the one table. */
#ifndef CPU_DTYPE_H
#define CPU_DTYPE_H

#include "expops/backend.h"

#ifndef EXPOPS_DTYPE_H
enum cpu_dtype {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) EXPOPS_DTYPE_##NAME,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    EXPOPS_DTYPE_COUNT
};
#endif

/* The type that an operator is compiled for: the half types share that of their arithmetic. */
static inline int32_t cpu_store_of(int32_t dtype)
{
    return dtype == EXPOPS_DTYPE_F16 || dtype == EXPOPS_DTYPE_BF16 ? EXPOPS_DTYPE_F32 : dtype;
}

#endif
