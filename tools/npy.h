/* NumPy's .npy files: versions 1 to 3, either byte order, C and Fortran order. bf16 has no NumPy type of its own; it is
 * what the common extension packages write, two raw bytes ('V2'). */
#ifndef EXPOPS_TOOLS_NPY_H
#define EXPOPS_TOOLS_NPY_H

#include <stdio.h>
#include "expops/dtype.h"

typedef struct npy_array {
    expops_dtype dtype;
    int fortran_order;
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK];
    int64_t numel;
    void *data; /* numel elements in the host's byte order; freed by npy_free */
} npy_array;

enum { NPY_MESSAGE_BYTES = 1024 };

/* All of these return 0, or -1 with a sentence that names the file. */
int npy_read(const char *path, npy_array *out_array, char message[NPY_MESSAGE_BYTES]);
int npy_write(const char *path, const npy_array *array, char message[NPY_MESSAGE_BYTES]);
/* The next array of a stream that is called `name`; of a regular file, where nothing may follow it. */
int npy_read_stream(FILE *file, const char *name, npy_array *out_array, char message[NPY_MESSAGE_BYTES]);
/* Leaves errors of the stream to whoever closes it. */
void npy_write_stream(FILE *file, const npy_array *array, int big_endian);

/* The same array in the other of C and Fortran order; -1 where there is no memory. */
int npy_turn(const npy_array *array, npy_array *out_turned);
void npy_free(npy_array *array);

#endif
