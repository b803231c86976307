/* The dictionary at the start of a .npy file. */
#ifndef EXPOPS_TOOLS_NPY_HEADER_H
#define EXPOPS_TOOLS_NPY_HEADER_H

#include "npy.h"

enum { NPY_PREFIX_BYTES = 8 }; /* magic and version */

/* What is read or written, for messages. */
typedef struct npy_source {
    const char *name;
    char *message; /* NPY_MESSAGE_BYTES */
} npy_source;

/* Writes "name: ..." to the source's message; returns -1. */
int npy_refuse(const npy_source *source, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Type, order and shape from a header's text; 0, or -1 with a message. */
int npy_parse_header(const npy_source *source, const char *text, npy_array *array, int *out_big_endian);
/* The text that describes the array, padded so that data begins at a multiple of 64 bytes; its length. */
size_t npy_make_header(const npy_array *array, int big_endian, char *out, size_t size);

#endif
