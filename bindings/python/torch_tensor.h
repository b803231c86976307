/* torch's tensors, by the C ABI: what they look like, and new ones. */
#ifndef PYTHON_TORCH_TENSOR_H
#define PYTHON_TORCH_TENSOR_H

#include "expops/expops.h"
#include "torch_symbols.h"

/* The type behind torch's number for it; EXPOPS_DTYPE_COUNT where there is none. */
expops_dtype torch_dtype_find(int64_t number);
/* Whether the result has torch's default type by promotion, which is not what ours takes for it. */
int torch_dtype_is_default(const expops_value *args, size_t num_args, expops_dtype result);
/* PASSED_... + 1 where the tensor is none for us. */
uint32_t torch_tensor_read(torch_handle handle, expops_tensor *tensor);
/* On failure too, *out_made may be a tensor to delete; set it to NULL before. *out is described by *result. */
expops_status torch_tensor_make(const expops_result *result, expops_dl_device where, expops_tensor *out,
                                torch_handle *out_made);
/* The same, for kernels that torch calls: the tensor itself, which is the caller's. torch's exceptions may pass through. */
expops_status torch_tensor_make_bare(const expops_result *result, expops_dl_device where, expops_tensor *out,
                                     void **out_tensor);
/* Gives up a tensor: none is there then. */
void torch_tensor_drop(void **tensor);

#endif
