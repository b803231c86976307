/* Arrays from and to what a word of the command line names: FILE.npy, FILE.npz, FILE.npz:NAME, or "-", the standard
 * streams. */
#ifndef EXPOPS_TOOLS_ARRAY_FILE_H
#define EXPOPS_TOOLS_ARRAY_FILE_H

#include "npy.h"

typedef struct array_layout {
    int big_endian, fortran_order;
} array_layout;

/* `preferred` is the array that is taken from an archive where the word names none: the parameter's name. Each "-" is
 * the next array of standard input. 0, or -1 with a sentence. */
int array_file_read(const char *word, const char *preferred, npy_array *out_array, char message[NPY_MESSAGE_BYTES]);
/* Whether standard input was read from and has more than that. */
int array_file_input_left(void);
/* In an archive the array is called "out". 0, or -1 with a sentence. */
int array_file_write(const char *word, const npy_array *array, array_layout layout, char message[NPY_MESSAGE_BYTES]);

#endif
