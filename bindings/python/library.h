/* The library as this module sees it: every call of it that depends on the form of an operator's arguments and results. */
#ifndef PYTHON_LIBRARY_H
#define PYTHON_LIBRARY_H

#include "expops/expops.h"

enum { MAX_OUTPUTS = 4 };

/* How many results the operator has. */
size_t library_count_outputs(const expops_operator *op);
expops_status library_infer(const expops_operator *op, const expops_value *args, size_t num_args,
                            expops_result *out_results, size_t num_outputs);
/* EXPOPS_ERR_UNSUPPORTED where the result is no view of the first argument. */
expops_status library_view_of(const expops_operator *op, const expops_value *args, size_t num_args,
                              expops_result *out_view);
expops_status library_call(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                           size_t num_args, const expops_tensor *outs, size_t num_outputs);
/* What PyTorch refuses on a CPU because of elements, of a call whose work is done at `where`. */
static inline expops_status library_check_elements(const expops_operator *op, expops_dl_device where,
                                                   const expops_value *args, size_t num_args)
{
    return where.device_type == EXPOPS_DL_CPU ? expops_check_elements(op, args, num_args) : EXPOPS_OK;
}
/* Of an operator with one result, which `make` makes. */
static inline expops_status library_call_new(const expops_operator *op, expops_device *device, void *stream,
                                             const expops_value *args, size_t num_args, expops_make_outputs *make,
                                             void *context, expops_tensor *out)
{
    return expops_call_new(op, device, stream, args, num_args, make, context, out, 1);
}

/* torch makes a Python number a tensor of the widest type without dimensions, which then counts less in promotion than such
 * a tensor otherwise would. Whether there is one among the arguments that would make a difference. */
int library_meets_number(const expops_value *args, size_t num_args);

/* Whether a tensor among the arguments is of floating or complex numbers. */
int library_has_floating(const expops_value *args, size_t num_args);

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
