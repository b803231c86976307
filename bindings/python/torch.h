#ifndef PYTHON_TORCH_H
#define PYTHON_TORCH_H

#include "python.h"

/* Adds what expops.torch is made of. -1 with an exception set. */
int torch_add(PyObject *module);

#endif
