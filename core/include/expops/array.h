/* Tensors that the library allocates, for programs that have no memory manager of their own: make them, run operators on them,
 * read them back. Everything else about them is as of any tensor: pass them to every function. */
#ifndef EXPOPS_ARRAY_H
#define EXPOPS_ARRAY_H

#include "expops/op.h"

EXPOPS_BEGIN

/* A compact tensor in the device's memory (NULL: the default device), with the elements of `data` in row-major order; its
 * elements are undefined where data is NULL. Free it with expops_array_free. Thread-safe. */
EXPOPS_API expops_status expops_array_new(expops_device *device, expops_dtype dtype, int32_t ndim, const int64_t *shape,
                                          const void *data, expops_tensor **out_array);
/* The elements in row-major order; `bytes` is the size of all of them. Waits for what is queued on the device's default
 * stream. EXPOPS_ERR_SHAPE where the tensor is not compact or `bytes` is another size. */
EXPOPS_API expops_status expops_array_read(expops_device *device, const expops_tensor *array, void *data, size_t bytes);
/* Gives the memory back, of an array of this device; after what is queued on its default stream. NULL is accepted. */
EXPOPS_API void expops_array_free(expops_device *device, expops_tensor *array);

/* Infers the results of the operator called `name`, makes an array for each of its `num_outs` outputs and runs it on the
 * device's default stream, asynchronously. After a failure out_arrays holds NULL. */
EXPOPS_API expops_status expops_run(const char *name, expops_device *device, const expops_value *args, size_t num_args,
                                    expops_tensor **out_arrays, size_t num_outs);

EXPOPS_END

#endif
