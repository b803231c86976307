/* A call of torch's while it is answered, however its arguments came. */
#ifndef PYTHON_TORCH_CALL_H
#define PYTHON_TORCH_CALL_H

#include "torch_override.h"
#include "torch_tensor.h"

typedef struct torch_call {
    expops_value values[MAX_ARGUMENTS];
    expops_tensor tensors[MAX_TENSORS + 1];
    const expops_tensor *list[MAX_TENSORS]; /* the inputs, in the same order: lists are runs of it */
    int64_t integers[MAX_INTEGERS];
    uint32_t num_tensors; /* inputs */
    uint32_t num_integers;
    expops_tensor *out; /* one of the tensors, or NULL */
} torch_call;

static inline void torch_call_begin(torch_call *call, const override *o)
{
    call->num_tensors = call->num_integers = 0;
    call->out = NULL;
    for (size_t p = 0; p < o->function->num_parameters; p++)
        call->values[p] = expops_none();
}

/* These take an argument as *value. They return 0, or PASSED_... + 1 where it is none for us. */
static inline uint32_t torch_take_tensor(torch_call *call, torch_handle handle, expops_value *value)
{
    expops_tensor *tensor = call->tensors + call->num_tensors;
    if (call->num_tensors == MAX_TENSORS)
        return PASSED_OTHER + 1;
    call->list[call->num_tensors++] = tensor;
    *value = expops_tensor_value(tensor);
    return torch_tensor_read(handle, tensor);
}

/* What was taken since there were `first` tensors, as a list. */
void torch_take_list(torch_call *call, uint32_t first, expops_value *value);
/* Room for that many, in *out_integers. */
uint32_t torch_take_integers(torch_call *call, size_t count, int64_t **out_integers, expops_value *value);
uint32_t torch_take_integer(torch_call *call, const expops_parameter_info *parameter, int64_t integer,
                            expops_value *value);
uint32_t torch_take_word(const expops_parameter_info *parameter, const char *text, expops_value *value);
/* The tensor that is written, after the others were taken. NULL for other forms than those with one of their own. */
uint32_t torch_take_written(torch_call *call, const override *o, torch_handle out);
static inline uint32_t torch_take_output(torch_call *call, const override *o, torch_handle out)
{
    return o->form == FORM_FUNCTIONAL ? 0 : torch_take_written(call, o, out);
}

/* 0, or PASSED_... + 1: then nothing was written, and *out_made may be a tensor to give up. It is a functional form's result. */
uint32_t torch_call_answer(torch_call *call, const override *o, void **out_made);

#endif
