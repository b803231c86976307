#include "discovery.h"
#include "argument.h"
#include "error.h"
#include "library.h"
#include "signature.h"
#include <string.h>

/* A word without a 0 in it, behind which the library would see nothing. */
static const char *text_of(PyObject *object, const char *function, const char *parameter)
{
    Py_ssize_t size;
    if (!PyUnicode_Check(object))
        return argument_refuse(function, parameter, object, "a word"), NULL;
    const char *text = PyUnicode_AsUTF8AndSize(object, &size);
    if (!text || strlen(text) == (size_t)size)
        return text;
    PyErr_Format(PyExc_ValueError, "%s: %s: has a null character", function, parameter);
    return NULL;
}

static PyObject *operators(PyObject *self, PyObject *none)
{
    const size_t count = expops_operator_count();
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list && i < count; i++)
        if (PyList_SetItem(list, (Py_ssize_t)i, PyUnicode_FromString(signature_name(expops_operator_at(i), 0))))
            Py_CLEAR(list);
    return list;
}

/* Appends what was made and gives its reference away. */
static int append(PyObject *list, PyObject *item)
{
    const int status = item ? PyList_Append(list, item) : -1;
    Py_XDECREF(item);
    return status;
}

static const char *kind_name(uint32_t kind)
{
    static const char *const names[] = {
        "?",
#define EXPOPS_PARAMETER_ROW(kind, name, ...) name,
#include "expops/parameter.inc"
#undef EXPOPS_PARAMETER_ROW
    };
    return names[kind < sizeof names / sizeof names[0] ? kind : 0];
}

static PyObject *describe_parameter(const expops_parameter_info *parameter)
{
    PyObject *choices = PyList_New(0);
    for (int i = 0; choices && parameter->choices && parameter->choices[i]; i++)
        if (append(choices, PyUnicode_FromString(parameter->choices[i])))
            Py_CLEAR(choices);
    return choices
               ? Py_BuildValue("{sssssssOsN}", "name", parameter->name, "kind", kind_name(parameter->kind), "doc",
                               parameter->doc, "optional", parameter->optional ? Py_True : Py_False, "choices", choices)
               : NULL;
}

static PyObject *list_parameters(const expops_operator *op)
{
    expops_parameter_info parameter;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && expops_operator_parameter(op, i, &parameter); i++)
        if (append(list, describe_parameter(&parameter)))
            Py_CLEAR(list);
    return list;
}

static PyObject *list_aliases(const expops_operator *op)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && expops_operator_alias(op, i); i++)
        if (append(list, PyUnicode_FromString(expops_operator_alias(op, i))))
            Py_CLEAR(list);
    return list;
}

static PyObject *list_outputs(const expops_operator *op)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && expops_operator_output(op, i); i++)
        if (append(list, PyUnicode_FromString(expops_operator_output(op, i))))
            Py_CLEAR(list);
    return list;
}

static PyObject *list_dtypes(const expops_operator *op)
{
    PyObject *list = PyList_New(0);
    for (unsigned i = 0; list && i < EXPOPS_DTYPE_COUNT; i++)
        if (expops_operator_dtypes(op) >> i & 1u &&
            append(list, PyUnicode_FromString(library_dtype_name((expops_dtype)i))))
            Py_CLEAR(list);
    return list;
}

static PyObject *info(PyObject *self, PyObject *name)
{
    const char *text = text_of(name, "info", "name");
    const expops_operator *op = text ? expops_find(text) : NULL;
    if (!op) {
        if (text)
            PyErr_Format(PyExc_LookupError, "there is no operator '%U'", name);
        return NULL;
    }
    return Py_BuildValue("{sssssNsNsNsNsO}", "name", signature_name(op, 0), "doc", expops_operator_doc(op), "aliases",
                         list_aliases(op), "parameters", list_parameters(op), "dtypes", list_dtypes(op), "outputs",
                         list_outputs(op), "in_place", expops_operator_in_place(op) ? Py_True : Py_False);
}

static PyObject *backends(PyObject *self, PyObject *none)
{
    expops_candidate c;
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < expops_candidate_count() && expops_candidate_get(i, &c); i++)
        if (append(list, Py_BuildValue("{sNsNsssNsssssNsssIsO}", "name", error_words(c.name), "path",
                                       PyUnicode_DecodeFSDefault(c.path), "origin", c.origin, "version",
                                       error_words(c.version), "stage", c.stage, "cause", c.cause_name, "reason",
                                       error_words(c.reason), "hint", c.hint, "devices", c.num_devices, "usable",
                                       c.usable ? Py_True : Py_False)))
            Py_CLEAR(list);
    return list;
}

static PyObject *set_backend(PyObject *self, PyObject *spec)
{
    const char *text = spec == Py_None ? NULL : text_of(spec, "set_backend", "spec");
    if (!text && spec != Py_None)
        return NULL;
    const expops_status status = library_set_backend(text);
    if (status) {
        error_raise(status);
        return NULL;
    }
    return Py_NewRef(Py_None);
}

static PyObject *add_backend_path(PyObject *self, PyObject *path)
{
    PyObject *bytes;
    if (!PyUnicode_FSConverter(path, &bytes))
        return NULL;
    const expops_status status = expops_add_backend_path(PyBytes_AsString(bytes));
    Py_DECREF(bytes);
    if (status) {
        error_raise(status);
        return NULL;
    }
    return Py_NewRef(Py_None);
}

static PyObject *default_device(PyObject *self, PyObject *none)
{
    expops_device *device;
    const expops_status status = expops_device_default(&device);
    if (!status)
        return PyUnicode_FromString(expops_device_name(device));
    error_raise(status);
    return NULL;
}

static PyMethodDef methods[] = {
    { "operators", operators, METH_NOARGS, "operators()\n--\n\nThe names of all operators." },
    { "info", info, METH_O, "info(name)\n--\n\nAn operator's description, by its name or an alias." },
    { "backends", backends, METH_NOARGS,
      "backends()\n--\n\nBackends in the order they are preferred, and what keeps one from running." },
    { "set_backend", set_backend, METH_O,
      "set_backend(spec)\n--\n\nThe default device of this process, as EXPOPS_BACKEND says it; None takes it back." },
    { "default_device", default_device, METH_NOARGS,
      "default_device()\n--\n\nThe device used where no tensor says which." },
    { "_add_backend_path", add_backend_path, METH_O, NULL },
    { NULL, NULL, 0, NULL },
};

int discovery_add(PyObject *module)
{
    return PyModule_AddFunctions(module, methods) || PyModule_AddStringConstant(module, "__version__", EXPOPS_VERSION);
}
