/* Operators as functions of the module. */
#ifndef PYTHON_FUNCTION_H
#define PYTHON_FUNCTION_H

#include "argument.h"
#include "signature.h"

/* One function of the module; lives as long as the process. */
typedef struct function {
    const expops_operator *op;
    enum signature_form form;
    char name[MAX_NAME];
    size_t num_parameters, num_outputs;
    expops_parameter_info parameters[MAX_ARGUMENTS];
    PyObject *names[MAX_ARGUMENTS];
    PyMethodDef method;
    char *doc;
} function;

/* Adds every operator by all its names, and the forms that write into their first argument. -1 with an exception set. */
int function_add_all(PyObject *module);
/* What is behind a function of the module; NULL with an exception set if it is none. */
const function *function_of(PyObject *object);
/* The index of a keyword; num_parameters for `out`, SIZE_MAX where there is none. */
size_t function_find_keyword(const function *f, PyObject *keyword);
int function_prepare(void);
/* Puts what a call is given where the parameters are; -1 with an exception set. */
int function_take(const function *f, PyObject *const *args, Py_ssize_t num_args, PyObject *keywords, PyObject **given);
/* Calls with an object or NULL for each parameter, and `out` last. */
PyObject *function_call(const function *f, PyObject *const *given);

#endif
