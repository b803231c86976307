/* Tensors of Python's libraries: what they look like inside, and new ones of the same kind. */
#ifndef PYTHON_CONTAINER_H
#define PYTHON_CONTAINER_H

#include "python.h"
#include "dlpack.h"
#include "library.h"

typedef struct container {
    expops_tensor tensor;
    PyObject *object;           /* borrowed */
    const dlpack_exchange *api; /* NULL: `__dlpack__` */
    PyObject *capsule;          /* holds what `tensor` points to; NULL where that is the object itself */
    void *stream;
} container;

int container_prepare(void);
int container_new_prepare(void);
int container_view_prepare(void);

/* Set while torch calls from below autograd, where a tensor that requires a gradient is none of our business. */
extern _Thread_local int container_below_autograd;

/* Whether the object is a tensor of some library. Never fails. */
int container_is(PyObject *object);
/* -1 with an exception set on failure. `for_output` refuses what must not be written. */
int container_open(PyObject *object, int for_output, container *out);
/* The memory was written; torch counts how often, for autograd to see that what it has saved is no more. */
void container_written(const container *c);
void container_close(container *c);
/* The table that a type offers, of a version that is understood, or NULL. */
const dlpack_exchange *container_table_of(PyObject *type);
/* A new tensor of the library that `like` is from; a new reference, opened as *out. */
PyObject *container_new(const container *like, const expops_result *result, container *out);
/* The same where no argument is a tensor: NumPy's. */
PyObject *container_new_numpy(const expops_result *result, container *out);
/* The module that makes tensors of the object's kind; a new reference, or NULL with an exception set. */
PyObject *container_namespace(PyObject *object);
/* A tensor of the same library in `whole`'s memory, which it keeps; a new reference. */
PyObject *container_view(const container *whole, const expops_result *view);

#endif
