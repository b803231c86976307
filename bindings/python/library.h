/* The library as this module sees it: every call of it that depends on the form of an operator's arguments and results. */
#ifndef PYTHON_LIBRARY_H
#define PYTHON_LIBRARY_H

#include "expops/expops.h"

/* What a result will be. Strides are those PyTorch would choose. */
typedef struct layout {
    expops_dtype dtype;
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK];
    int64_t strides[EXPOPS_MAX_RANK];
} layout;

expops_status library_infer(const expops_operator *op, const expops_value *args, size_t num_args, layout *out_layout);
expops_status library_call(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                           size_t num_args, const expops_tensor *out);

/* torch makes a Python number a tensor of the widest type without dimensions, which then counts less in promotion than such
 * a tensor otherwise would. Whether there is one among the arguments that would make a difference. */
int library_meets_number(const expops_value *args, size_t num_args);

/* The device whose memory tensors of `where` are in: the default device if it is that one, else the one of the backend that
 * goes by DLPack's device type. Opened at the first question and then kept. */
expops_status library_device(expops_dl_device where, expops_device **out_device);
/* The default device for the whole process; NULL takes it back. */
expops_status library_set_backend(const char *spec);

/* "float32": the name that array libraries give to a type. */
const char *library_dtype_name(expops_dtype dtype);
/* EXPOPS_DTYPE_COUNT where there is none of that name. */
expops_dtype library_dtype_find(const char *name);

#endif
