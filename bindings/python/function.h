/* Operators as functions of the module. */
#ifndef PYTHON_FUNCTION_H
#define PYTHON_FUNCTION_H

#include "python.h"

/* Adds every operator by all its names, and the forms that write into their first argument. -1 with an exception set. */
int function_add_all(PyObject *module);

#endif
