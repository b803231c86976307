#include "error.h"
#include <string.h>

/* The exception for each status, and the one of Python's own that it is too. */
static struct {
    expops_status status;
    const char *name;
    PyObject **base;
    const char *doc;
    PyObject *type;
} kinds[] = {
#define EXPOPS_ERROR_ROW(status, name, own, doc) { EXPOPS_ERR_##status, #name, &PyExc_##own, doc, NULL },
#include "errors.inc"
#undef EXPOPS_ERROR_ROW
};
enum { NUM_KINDS = sizeof kinds / sizeof kinds[0] };

static PyObject *base_type;

static PyObject *make_type(const char *name, const char *doc, PyObject *base, PyObject *second)
{
    char full[64];
    PyOS_snprintf(full, sizeof full, "expops.%s", name);
    PyObject *bases = second ? PyTuple_Pack(2, base, second) : PyTuple_Pack(1, base);
    PyObject *type = bases ? PyErr_NewExceptionWithDoc(full, doc, bases, NULL) : NULL;
    Py_XDECREF(bases);
    return type;
}

/* A module that is imported anew has the same ones, so that what is caught by the old still is. */
int error_add_types(PyObject *module)
{
    if (!base_type)
        base_type = make_type("Error", "A failure the library reports.", PyExc_Exception, NULL);
    if (!base_type || PyModule_AddObjectRef(module, "Error", base_type))
        return -1;
    for (size_t i = 0; i < NUM_KINDS; i++) {
        if (!kinds[i].type)
            kinds[i].type = make_type(kinds[i].name, kinds[i].doc, base_type, *kinds[i].base);
        if (!kinds[i].type || PyModule_AddObjectRef(module, kinds[i].name, kinds[i].type))
            return -1;
    }
    return 0;
}

PyObject *error_type(expops_status status)
{
    PyObject *type = base_type;
    for (size_t i = 0; i < NUM_KINDS; i++)
        type = kinds[i].status == status ? kinds[i].type : type;
    return type;
}

PyObject *error_words(const char *text)
{
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "backslashreplace");
}

void error_raise(expops_status status)
{
    PyObject *text = error_words(expops_error_text());
    if (text)
        PyErr_SetObject(error_type(status), text);
    Py_XDECREF(text);
}

static int is_of_a_text(PyObject *type)
{
    return type == PyExc_RuntimeError || type == PyExc_BufferError || type == PyExc_ValueError ||
           type == PyExc_TypeError || type == PyExc_OverflowError || PyErr_GivenExceptionMatches(type, base_type);
}

/* Whether what is wrong with an argument of this function is said already. */
static int is_said(PyObject *text, const char *function)
{
    PyObject *begin = PyUnicode_FromFormat("%s: ", function);
    const int said = begin && PyUnicode_Tailmatch(text, begin, 0, PY_SSIZE_T_MAX, -1) == 1;
    Py_XDECREF(begin);
    return said;
}

void error_of_argument(const char *function, const char *parameter)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyObject *text = value && !trace && is_of_a_text(type) ? PyObject_Str(value) : NULL;
    PyObject *parts = text && !is_said(text, function)
                          ? PyObject_CallMethod(text, "partition", "s", "\nException raised from")
                          : NULL;
    Py_XDECREF(text);
    if (!parts) {
        PyErr_Restore(type, value, trace);
        return;
    }
    PyErr_Format(type, "%s: %s: %U", function, parameter, PyTuple_GetItem(parts, 0));
    Py_DECREF(parts);
    Py_DECREF(type);
    Py_DECREF(value);
}

expops_status error_status(void)
{
    for (size_t i = 0; i < NUM_KINDS; i++)
        if (PyErr_ExceptionMatches(kinds[i].type))
            return kinds[i].status;
    return EXPOPS_OK;
}
