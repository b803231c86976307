/* Which overrides answer: those of the thread's innermost scope, or those that enable() turned on. */
#include <stdlib.h>
#include "torch_override.h"

#define SET_NAME "expops.override_set"

static _Thread_local const override_set *current;
static _Atomic(const override_set *) latest, enabled;

static int contains(const override_set *set, uint32_t index)
{
    return set && (set->bits[index / 64] >> index % 64 & 1u);
}

/* The innermost scope decides, for what enable() turned on too. A thread of autograd's has the key of the scope it works for,
 * but no scope of its own. */
int override_is_on(const override *o)
{
    if (o->global)
        return !current && contains(atomic_load_explicit(&enabled, memory_order_acquire), o->index);
    return contains(current ? current : atomic_load_explicit(&latest, memory_order_acquire), o->index);
}

PyObject *scope_make_set(PyObject *self, PyObject *indices)
{
    const Py_ssize_t count = PySequence_Size(indices);
    override_set *set = calloc(1, sizeof *set);
    if (!set)
        return PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(indices, i);
        const long index = item ? PyLong_AsLong(item) : -1;
        Py_XDECREF(item);
        if (index >= 0 && index < MAX_OVERRIDES)
            set->bits[index / 64] |= (uint64_t)1 << index % 64;
    }
    PyObject *capsule = PyErr_Occurred() ? NULL : PyCapsule_New(set, SET_NAME, NULL);
    if (!capsule)
        free(set);
    return capsule;
}

/* --- scopes --- */

/* What `use` of expops/torch.py is made of. In C, so that no signal comes between entering, or leaving, and the note of it. */
typedef struct scope {
    PyObject_HEAD const override_set *set;
} scope;

static PyObject *name_outer; /* among what Python keeps for a thread: the sets that leaving its scopes brings back */

/* Borrowed; made where there is none. */
static PyObject *outer_sets(void)
{
    PyObject *own = PyThreadState_GetDict(), *list = own ? PyDict_GetItemWithError(own, name_outer) : NULL;
    if (!own || list || PyErr_Occurred())
        return list;
    list = PyList_New(0);
    if (list && PyDict_SetItem(own, name_outer, list))
        Py_CLEAR(list);
    Py_XDECREF(list);
    return list;
}

static void set_current(const override_set *set)
{
    if (!current != !set)
        torch.set_included(override_scope_key, set != NULL);
    current = set;
}

static PyObject *choose(PyObject *self, PyObject *capsule)
{
    ((scope *)self)->set = PyCapsule_GetPointer(capsule, SET_NAME);
    return ((scope *)self)->set ? Py_NewRef(Py_None) : NULL;
}

static PyObject *enter(PyObject *self, PyObject *none)
{
    const override_set *set = ((scope *)self)->set;
    PyObject *outer = outer_sets(), *token = outer ? PyLong_FromVoidPtr((void *)current) : NULL;
    if (!set)
        PyErr_SetString(PyExc_RuntimeError, "the scope does not say which operators it is for");
    const int failed = !set || !token || PyList_Append(outer, token);
    Py_XDECREF(token);
    if (failed)
        return NULL;
    atomic_store_explicit(&latest, set, memory_order_release);
    set_current(set);
    return Py_NewRef(self);
}

static PyObject *leave(PyObject *self, PyObject *failure)
{
    PyObject *outer = outer_sets();
    const Py_ssize_t depth = outer ? PyList_Size(outer) : -1;
    if (!depth)
        PyErr_SetString(PyExc_RuntimeError, "this thread is in no scope: each is left in the thread that entered it");
    if (depth < 1)
        return NULL;
    const override_set *set = PyLong_AsVoidPtr(PyList_GetItem(outer, depth - 1));
    if (PyList_SetSlice(outer, depth - 1, depth, NULL))
        return NULL;
    set_current(set);
    return Py_NewRef(Py_None);
}

static PyMethodDef scope_methods[] = {
    { "_choose", choose, METH_O, NULL },
    { "__enter__", enter, METH_NOARGS, NULL },
    { "__exit__", leave, METH_VARARGS, NULL },
    { NULL, NULL, 0, NULL },
};

static PyType_Slot scope_slots[] = {
    { Py_tp_methods, scope_methods },
    { 0, NULL },
};

static PyType_Spec scope_spec = { "expops.torch._scope", sizeof(scope), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                                  scope_slots };

int scope_add_type(PyObject *module)
{
    name_outer = PyUnicode_InternFromString("expops.torch scopes");
    PyObject *type = name_outer ? PyType_FromSpec(&scope_spec) : NULL;
    const int status = type ? PyModule_AddObjectRef(module, "_torch_scope", type) : -1;
    Py_XDECREF(type);
    return status;
}

/* --- enable() --- */

PyObject *scope_enable(PyObject *self, PyObject *capsule)
{
    const override_set *set = capsule == Py_None ? NULL : PyCapsule_GetPointer(capsule, SET_NAME);
    if (capsule != Py_None && !set)
        return NULL;
    atomic_store_explicit(&enabled, set, memory_order_release);
    return Py_NewRef(Py_None);
}
