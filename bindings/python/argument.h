/* Python's objects as the arguments of a call. */
#ifndef PYTHON_ARGUMENT_H
#define PYTHON_ARGUMENT_H

#include "container.h"

enum { MAX_ARGUMENTS = 16, MAX_INTEGERS = 4 * EXPOPS_MAX_RANK };

/* A call while its arguments are read: the values, and what they point to. */
typedef struct call_arguments {
    const char *function; /* for messages */
    expops_value values[MAX_ARGUMENTS];
    container tensors[MAX_ARGUMENTS];
    double parts[MAX_ARGUMENTS][2];
    int64_t integers[MAX_INTEGERS];
    uint32_t num_tensors, num_integers;
} call_arguments;

/* Reads `object` as argument `index`. -1 with an exception set on failure; arguments_close() is due all the same. */
int argument_read(call_arguments *arguments, size_t index, const expops_parameter_info *parameter, PyObject *object);
void arguments_close(call_arguments *arguments);

#endif
