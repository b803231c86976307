/* Python's C API, the stable part: one module serves every version from 3.11 on. A free-threaded interpreter has no stable
 * part yet and gets a module of its own. */
#ifndef PYTHON_PYTHON_H
#define PYTHON_PYTHON_H

#define PY_SSIZE_T_CLEAN
#include <pyconfig.h> /* says which one it is */
#ifndef Py_GIL_DISABLED
#define Py_LIMITED_API 0x030b0000
#endif
#include <Python.h>

#endif
