/* Which overrides answer: those of the thread's innermost scope, or those that enable() turned on. */
#include <stdlib.h>
#include "torch_override.h"

#define SET_NAME "expops.override_set"

static _Thread_local const override_set *current;
static _Atomic(const override_set *) latest, enabled;

static int contains(const override_set *set, size_t index)
{
    return set && (set->bits[index / 64] >> index % 64 & 1u);
}

/* The innermost scope decides, for what enable() turned on too. A thread of autograd's has the key of the scope it works for,
 * but no scope of its own. */
int override_is_on(const override *o)
{
    const size_t index = (size_t)(o - overrides);
    if (o->global)
        return !current && contains(atomic_load_explicit(&enabled, memory_order_acquire), index);
    return contains(current ? current : atomic_load_explicit(&latest, memory_order_acquire), index);
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

static void set_current(const override_set *set)
{
    if (!current != !set)
        torch.set_included(override_scope_key, set != NULL);
    current = set;
}

/* Gives what leave() has to restore. */
PyObject *scope_enter(PyObject *self, PyObject *capsule)
{
    const override_set *set = PyCapsule_GetPointer(capsule, SET_NAME), *outer = current;
    if (!set)
        return NULL;
    PyObject *token = outer ? PyCapsule_New((void *)outer, SET_NAME, NULL) : Py_NewRef(Py_None);
    if (token) {
        atomic_store_explicit(&latest, set, memory_order_release);
        set_current(set);
    }
    return token;
}

PyObject *scope_leave(PyObject *self, PyObject *token)
{
    const override_set *outer = token == Py_None ? NULL : PyCapsule_GetPointer(token, SET_NAME);
    if (token != Py_None && !outer)
        return NULL;
    set_current(outer);
    return Py_NewRef(Py_None);
}

PyObject *scope_enable(PyObject *self, PyObject *capsule)
{
    const override_set *set = capsule == Py_None ? NULL : PyCapsule_GetPointer(capsule, SET_NAME);
    if (capsule != Py_None && !set)
        return NULL;
    atomic_store_explicit(&enabled, set, memory_order_release);
    return Py_NewRef(Py_None);
}
