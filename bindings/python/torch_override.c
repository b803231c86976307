/* What expops.torch is made of: overrides, kernels that torch calls through Python, counts. */
#include "torch_override.h"
#include <string.h>
#include "error.h"

override overrides[MAX_OVERRIDES];

#define OVERRIDE_NAME "expops.override"

static uint32_t num_boxed, num_python; /* expops.torch holds its lock */

/* --- kernels that torch calls through Python --- */

static PyObject *make_keywords(PyObject *const *values, PyObject *names)
{
    PyObject *keywords = PyDict_New();
    const Py_ssize_t count = names ? PyTuple_Size(names) : 0;
    for (Py_ssize_t k = 0; keywords && k < count; k++)
        if (PyDict_SetItem(keywords, PyTuple_GetItem(names, k), values[k]))
            Py_CLEAR(keywords);
    return keywords;
}

static PyObject *call_native(const override *o, PyObject *const *args, Py_ssize_t num_args, PyObject *names)
{
    PyObject *keywords = make_keywords(args + num_args, names), *positional = keywords ? PyTuple_New(num_args) : NULL;
    PyObject *result = NULL;
    for (Py_ssize_t i = 0; positional && i < num_args; i++)
        PyTuple_SetItem(positional, i, Py_NewRef(args[i]));
    if (positional) {
        if (!o->global)
            torch.set_excluded(override_scope_key, 1);
        result = PyObject_Call(o->native, positional, keywords);
        if (!o->global)
            torch.set_excluded(override_scope_key, 0);
    }
    Py_XDECREF(positional);
    Py_XDECREF(keywords);
    return result;
}

/* ATen's arguments by position and name, as those of the function. */
static int arrange(const override *o, PyObject *const *args, Py_ssize_t num_args, PyObject *names, PyObject **given)
{
    const Py_ssize_t count = names ? PyTuple_Size(names) : 0;
    if (num_args > (Py_ssize_t)o->num_args)
        return -1;
    for (Py_ssize_t i = 0; i < num_args; i++)
        given[o->parameters[i]] = args[i];
    for (Py_ssize_t k = 0; k < count; k++) {
        const size_t index = function_find_keyword(o->function, PyTuple_GetItem(names, k));
        if (index == SIZE_MAX)
            return -1;
        given[index] = args[num_args + k];
    }
    return 0;
}

static PyObject *try_ours(const override *o, PyObject *const *args, Py_ssize_t num_args, PyObject *names)
{
    PyObject *given[MAX_ARGUMENTS + 1] = { NULL };
    if (arrange(o, args, num_args, names, given))
        return NULL;
    container_below_autograd++;
    PyObject *result = function_call(o->function, given);
    container_below_autograd--;
    return result;
}

static uint32_t reason_of_exception(void)
{
    return PyErr_ExceptionMatches(PyExc_ArithmeticError) ? PASSED_NUMBER : override_reason_of(error_status());
}

static PyObject *python_kernel(PyObject *self, PyObject *const *args, Py_ssize_t num_args, PyObject *names)
{
    override *o = PyCapsule_GetPointer(self, OVERRIDE_NAME);
    if (!override_is_on(o))
        return call_native(o, args, num_args, names);
    PyObject *result = try_ours(o, args, num_args, names);
    if (result) {
        atomic_fetch_add_explicit(&o->num_calls, 1, memory_order_relaxed);
        return result;
    }
    const uint32_t reason = PyErr_Occurred() ? reason_of_exception() : PASSED_OTHER;
    PyErr_Clear();
    atomic_fetch_add_explicit(&o->num_passed[reason], 1, memory_order_relaxed);
    return call_native(o, args, num_args, names);
}

static PyMethodDef python_kernel_method = { "kernel", (PyCFunction)(void (*)(void))python_kernel,
                                            METH_FASTCALL | METH_KEYWORDS, NULL };

/* --- making overrides --- */

static int copy_parameters(PyObject *bytes, override *o)
{
    char *data;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(bytes, &data, &size))
        return -1;
    if (size > MAX_ARGUMENTS)
        return PyErr_SetString(PyExc_ValueError, "too many arguments"), -1;
    memcpy(o->parameters, data, (size_t)size);
    o->num_args = (uint32_t)size;
    return 0;
}

static long take_row(int boxed)
{
    if (boxed)
        return num_boxed < MAX_BOXED ? (long)num_boxed++ : -1;
    return num_python < MAX_OVERRIDES - MAX_BOXED ? (long)(MAX_BOXED + num_python++) : -1;
}

static PyObject *add_override(PyObject *self, PyObject *args)
{
    const char *name, *overload;
    PyObject *object, *parameters, *native;
    const char *kinds, *symbol;
    Py_ssize_t num_kinds;
    int form, global, boxed;
    if (!PyArg_ParseTuple(args, "ssOiiiOOs#z", &name, &overload, &object, &form, &global, &boxed, &parameters, &native,
                          &kinds, &num_kinds, &symbol))
        return NULL;
    const function *f = function_of(object);
    const long row = f ? take_row(boxed) : -1;
    if (row < 0)
        return f ? PyErr_Format(PyExc_RuntimeError, "more overrides than there are rows for") : NULL;
    override *o = overrides + row;
    if (copy_parameters(parameters, o))
        return NULL;
    PyOS_snprintf(o->name, sizeof o->name, "%s", name);
    PyOS_snprintf(o->overload, sizeof o->overload, "%s", overload);
    o->function = f;
    o->index = (uint32_t)row;
    o->form = (uint32_t)form;
    o->global = (uint32_t)global;
    o->native = Py_NewRef(native);
    if (boxed) {
        dispatch_find(o);
        override_take_unboxed(o, kinds, (size_t)num_kinds, symbol);
    }
    return PyLong_FromLong(row);
}

static override *find_override(PyObject *index)
{
    const long row = PyLong_AsLong(index);
    if (row >= 0 && row < MAX_OVERRIDES && overrides[row].function)
        return overrides + row;
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_IndexError, "no such override");
    return NULL;
}

static PyObject *make_python_kernel(PyObject *self, PyObject *index)
{
    override *o = find_override(index);
    PyObject *capsule = o ? PyCapsule_New(o, OVERRIDE_NAME, NULL) : NULL;
    PyObject *made = capsule ? PyCFunction_New(&python_kernel_method, capsule) : NULL;
    Py_XDECREF(capsule);
    return made;
}

static PyObject *register_boxed(PyObject *self, PyObject *args)
{
    PyObject *library, *index;
    char name[128];
    if (!PyArg_ParseTuple(args, "OO", &library, &index))
        return NULL;
    const override *o = find_override(index);
    if (!o)
        return NULL;
    PyOS_snprintf(name, sizeof name, "%s%s%s", o->name + strlen("aten::"), *o->overload ? "." : "", o->overload);
    if (dispatch_register(library, name, override_boxed(o->index), o->redispatch ? override_unboxed(o->index) : NULL))
        return NULL;
    return Py_NewRef(Py_None);
}

/* --- the rest --- */

static PyObject *load(PyObject *self, PyObject *none)
{
    const char *missing = torch_symbols_load();
    return missing ? PyErr_Format(PyExc_NotImplementedError,
                                  "this torch has no %s: expops.torch needs torch 2.10 or later", missing)
                   : PyBool_FromLong(torch_symbols_read_stacks());
}

/* Whether torch has a C++ function of that name. */
static PyObject *has(PyObject *self, PyObject *name)
{
    const char *text = PyUnicode_AsUTF8AndSize(name, NULL);
    return text ? PyBool_FromLong(torch_symbols_find(text) != NULL) : NULL;
}

/* (answered, passed on for each reason) */
static PyObject *counts(PyObject *self, PyObject *index)
{
    override *o = find_override(index);
    PyObject *passed = o ? PyTuple_New(NUM_PASSED) : NULL;
    for (int i = 0; passed && i < NUM_PASSED; i++)
        PyTuple_SetItem(passed, i, PyLong_FromUnsignedLongLong(atomic_load(&o->num_passed[i])));
    return passed ? Py_BuildValue("KN", (unsigned long long)atomic_load(&o->num_calls), passed) : NULL;
}

static PyObject *clear_counts(PyObject *self, PyObject *none)
{
    for (size_t i = 0; i < MAX_OVERRIDES; i++) {
        atomic_store(&overrides[i].num_calls, 0);
        for (int r = 0; r < NUM_PASSED; r++)
            atomic_store(&overrides[i].num_passed[r], 0);
    }
    return Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {
    { "_torch_load", load, METH_NOARGS, NULL },
    { "_torch_has", has, METH_O, NULL },
    { "_torch_set_keys", dispatch_set_keys, METH_VARARGS, NULL },
    { "_torch_register_probe", dispatch_register_probe, METH_VARARGS, NULL },
    { "_torch_stack_is_known", dispatch_stack_is_known, METH_NOARGS, NULL },
    { "_torch_register_unboxed_probe", probe_register_unboxed, METH_VARARGS, NULL },
    { "_torch_unboxed_is_known", probe_unboxed_is_known, METH_NOARGS, NULL },
    { "_torch_add_override", add_override, METH_VARARGS, NULL },
    { "_torch_python_kernel", make_python_kernel, METH_O, NULL },
    { "_torch_library", dispatch_make_library, METH_VARARGS, NULL },
    { "_torch_register", register_boxed, METH_VARARGS, NULL },
    { "_torch_set", scope_make_set, METH_O, NULL },
    { "_torch_enable", scope_enable, METH_O, NULL },
    { "_torch_counts", counts, METH_O, NULL },
    { "_torch_clear_counts", clear_counts, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL },
};

int torch_add(PyObject *module)
{
    return PyModule_AddFunctions(module, methods) || scope_add_type(module);
}
