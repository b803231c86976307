/* NumPy's .npy files: versions 1 to 3, little-endian, C and Fortran order. bf16 has no NumPy type of its own; it is
 * what the common extension packages write, two raw bytes ('V2'). */
#ifndef EXPOPS_TOOLS_NPY_H
#define EXPOPS_TOOLS_NPY_H

#include "expops/dtype.h"

typedef struct npy_array {
    expops_dtype dtype;
    int fortran_order;
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK];
    int64_t numel;
    void *data; /* numel elements; freed by npy_free */
} npy_array;

enum { NPY_MESSAGE_BYTES = 1024 };

/* 0, or -1 with a sentence that names the file. */
int npy_read(const char *path, npy_array *out_array, char message[NPY_MESSAGE_BYTES]);
int npy_write(const char *path, const npy_array *array, char message[NPY_MESSAGE_BYTES]);
void npy_free(npy_array *array);

#endif
