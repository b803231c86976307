/* Python's objects as the arguments of a call. */
#ifndef PYTHON_ARGUMENT_H
#define PYTHON_ARGUMENT_H

#include "container.h"

enum { MAX_ARGUMENTS = 16, MAX_INTEGERS = 4 * EXPOPS_MAX_RANK, MAX_TENSORS = 64 };

/* A call while its arguments are read: the values, and what they point to. */
typedef struct call_arguments {
    const char *function; /* for messages */
    expops_value values[MAX_ARGUMENTS];
    container tensors[MAX_TENSORS];
    const expops_tensor *list[MAX_TENSORS]; /* the tensors, in the same order: lists are runs of it */
    PyObject *held[MAX_ARGUMENTS];          /* sequences whose items are among the tensors, or NULL */
    double parts[MAX_ARGUMENTS][2];
    int64_t integers[MAX_INTEGERS];
    uint32_t num_tensors, num_integers, num_held;
} call_arguments;

/* Reads `object` as argument `index`. -1 with an exception set on failure; arguments_close() is due all the same. */
int argument_read(call_arguments *arguments, size_t index, const expops_parameter_info *parameter, PyObject *object);
void arguments_close(call_arguments *arguments);
/* Raises what the object is not; -1. */
int argument_refuse(const char *function, const char *parameter, PyObject *object, const char *expected);

#endif
