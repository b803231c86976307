/* What the library says about itself: operators, backends, the default device. */
#ifndef PYTHON_DISCOVERY_H
#define PYTHON_DISCOVERY_H

#include "python.h"

int discovery_add(PyObject *module);

#endif
