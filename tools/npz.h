/* Archives of arrays, as numpy.savez writes them. */
#ifndef EXPOPS_TOOLS_NPZ_H
#define EXPOPS_TOOLS_NPZ_H

#include "npy.h"

/* The array `member` of an archive; without that (NULL) the one called `preferred`, else the only one.
 * 0, or -1 with a sentence. */
int npz_read(const char *path, const char *member, const char *preferred, npy_array *out_array,
             char message[NPY_MESSAGE_BYTES]);
/* The same of a whole archive in memory. */
int npz_read_bytes(void *bytes, size_t size, const char *name, const char *preferred, npy_array *out_array,
                   char message[NPY_MESSAGE_BYTES]);
/* A new archive that holds the array under the name `member`. */
int npz_write(const char *path, const char *member, const npy_array *array, int big_endian,
              char message[NPY_MESSAGE_BYTES]);

#endif
