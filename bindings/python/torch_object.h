/* torch's tensors as Python's objects, by shorter ways than DLPack's and Python's where torch has what they need. */
#ifndef PYTHON_TORCH_OBJECT_H
#define PYTHON_TORCH_OBJECT_H

#include "container.h"

int torch_object_prepare(void);
/* A table was seen: whether it is torch's decides what the others say. */
void torch_object_note(const dlpack_exchange *api);
/* Whether torch_object_new() makes tensors like it. */
int torch_object_is_like(const container *like);
PyObject *torch_object_new(const container *like, const expops_result *result, container *out);
/* -1 where only the object itself can say. */
int torch_object_requires_grad(PyObject *object, const dlpack_exchange *api);
int torch_object_gradients_are_on(void);
/* Of forward-mode differentiation. */
int torch_object_has_tangent(PyObject *object, const dlpack_exchange *api);
/* Whether it is a conjugate or negative view. -1 where only the object itself can say. */
int torch_object_is_lazy(PyObject *object, const dlpack_exchange *api);
/* Counts that its memory was written, if it is torch's. */
void torch_object_written(PyObject *object, const dlpack_exchange *api);

#endif
