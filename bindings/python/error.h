/* The library's failures as Python's exceptions. */
#ifndef PYTHON_ERROR_H
#define PYTHON_ERROR_H

#include "python.h"
#include "expops/status.h"

/* Adds the exceptions to the module. -1 with an exception set on failure. */
int error_add_types(PyObject *module);
/* The exception for a status; borrowed. */
PyObject *error_type(expops_status status);
/* Raises what `status` is, with expops_error_text(). */
void error_raise(expops_status status);
/* A text that may hold anything: what is no UTF-8 is written as numbers. */
PyObject *error_words(const char *text);
/* Says first which argument the failure that is set is of, and leaves out what torch appends about its own inside. Failures of
 * Python's code, and of types that are made of more than a text, stay as they are. */
void error_of_argument(const char *function, const char *parameter);
/* The status behind the exception that is set; EXPOPS_OK where it is none of the library's. */
expops_status error_status(void);

#endif
