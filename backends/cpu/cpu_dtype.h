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

#endif
