/* The module's functions: made of the registry's operators. */
#include <stdlib.h>
#include <string.h>
#include "function.h"

/* --- what a function is bound to --- */

/* What each function of the module is bound to: a module of its own, which holds what it does, so that Python takes it for a
 * plain function of the package: `expops.sin` by name, and for pickle. */
static PyModuleDef holder = { PyModuleDef_HEAD_INIT, .m_name = "expops", .m_size = sizeof(function *) };

static PyObject *make_holder(function *f)
{
    PyObject *made = PyModule_Create(&holder);
    if (made)
        *(function **)PyModule_GetState(made) = f;
    return made;
}

const function *function_of(PyObject *object)
{
    PyObject *self = PyObject_GetAttrString(object, "__self__");
    function **held = self && PyModule_GetDef(self) == &holder ? PyModule_GetState(self) : NULL;
    if (!held && !PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "no function of an operator");
    Py_XDECREF(self);
    return held ? *held : NULL;
}

static PyObject *call(PyObject *self, PyObject *const *args, Py_ssize_t num_args, PyObject *keywords)
{
    const function *f = *(function **)PyModule_GetState(self);
    PyObject *given[MAX_ARGUMENTS + 1] = { NULL };
    return function_take(f, args, num_args, keywords, given) ? NULL : function_call(f, given);
}

/* --- making them --- */

/* What inspect.signature() and help() read. */
static char *write_doc(const function *f)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return NULL;
    fputs(f->name, file);
    signature_write(file, f->op, f->form, 0);
    fputs("\n--\n\n", file);
    signature_write_doc(file, f->op, f->form);
    fclose(file);
    return text;
}

static int read_parameters(function *f)
{
    f->num_parameters = expops_operator_parameter_count(f->op);
    f->num_outputs = library_count_outputs(f->op);
    for (size_t i = 0; i < f->num_parameters; i++) {
        if (i == MAX_ARGUMENTS || !expops_operator_parameter(f->op, i, f->parameters + i))
            return PyErr_Format(PyExc_SystemError, "%s has too many parameters", f->name), -1;
        f->names[i] = PyUnicode_InternFromString(f->parameters[i].name);
        if (!f->names[i])
            return -1;
    }
    return 0;
}

static int add(PyObject *module, const expops_operator *op, const char *name, enum signature_form form)
{
    function *f = calloc(1, sizeof *f);
    if (!f)
        return PyErr_NoMemory(), -1;
    f->op = op;
    f->form = form;
    strncpy(f->name, name, sizeof f->name - 1);
    f->doc = write_doc(f);
    if (!f->doc || read_parameters(f))
        return -1;
    f->method = (PyMethodDef){ f->name, (PyCFunction)(void (*)(void))call, METH_FASTCALL | METH_KEYWORDS, f->doc };
    PyObject *self = make_holder(f);
    PyObject *module_name = PyUnicode_InternFromString("expops");
    PyObject *made = self && module_name ? PyCFunction_NewEx(&f->method, self, module_name) : NULL;
    const int status = made ? PyModule_AddObjectRef(module, f->name, made) : -1;
    Py_XDECREF(made);
    Py_XDECREF(module_name);
    Py_XDECREF(self);
    return status;
}

static int add_operator(PyObject *module, const expops_operator *op)
{
    const char *name;
    char in_place[MAX_NAME];
    for (size_t i = 0; (name = signature_name(op, i)); i++) {
        if (*name && add(module, op, name, signature_form_of(op, name)))
            return -1;
        if (*name && signature_name_in_place(op, name, in_place) && add(module, op, in_place, SIGNATURE_IN_PLACE))
            return -1;
    }
    return 0;
}

int function_add_all(PyObject *module)
{
    if (function_prepare())
        return -1;
    for (size_t i = 0; i < expops_operator_count(); i++)
        if (add_operator(module, expops_operator_at(i)))
            return -1;
    return 0;
}
