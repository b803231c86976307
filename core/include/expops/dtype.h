/* Element types. The table dtype.inc is the only place they are listed. */
#ifndef EXPOPS_DTYPE_H
#define EXPOPS_DTYPE_H

#include <stddef.h>
#include <stdint.h>
#include "expops/status.h"

EXPOPS_BEGIN

typedef enum expops_dtype {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) EXPOPS_DTYPE_##NAME,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    EXPOPS_DTYPE_COUNT
} expops_dtype;

/* DLPack's description of an element, field for field (DLDataType). */
typedef struct expops_dl_dtype {
    uint8_t code; /* 0 int, 1 uint, 2 float, 4 bfloat, 5 complex, 6 bool */
    uint8_t bits;
    uint16_t lanes; /* always 1 here */
} expops_dl_dtype;

/* Bytes of one element; 0 for a value outside the enumeration. Thread-safe, as are all functions of this header. */
EXPOPS_API size_t expops_dtype_bytes(expops_dtype dtype);
/* Short name such as "bf16"; "?" for a value outside the enumeration. */
EXPOPS_API const char *expops_dtype_name(expops_dtype dtype);
/* Accepts "f32", "bool", ...; *out_dtype is untouched on failure. */
EXPOPS_API expops_status expops_dtype_parse(const char *name, expops_dtype *out_dtype);
EXPOPS_API expops_dl_dtype expops_dtype_to_dl(expops_dtype dtype);
EXPOPS_API expops_status expops_dtype_from_dl(expops_dl_dtype dl, expops_dtype *out_dtype);

EXPOPS_END

#endif
