/* Calls of torch's: their arguments as ours, and the library called with them. */
#include "torch_call.h"
#include <string.h>
#include "torch_tensor.h"

/* --- taking arguments --- */

void torch_take_list(torch_call *call, uint32_t first, expops_value *value)
{
    *value = expops_tensors(call->list + first, call->num_tensors - first);
}

uint32_t torch_take_integers(torch_call *call, size_t count, int64_t **out_integers, expops_value *value)
{
    *out_integers = call->integers + call->num_integers;
    if (count > MAX_INTEGERS - call->num_integers)
        return PASSED_OTHER + 1;
    call->num_integers += (uint32_t)count;
    *value = expops_ints(*out_integers, (uint32_t)count);
    return 0;
}

static uint32_t take_dtype(int64_t number, expops_value *value)
{
    const expops_dtype dtype = torch_dtype_find(number);
    *value = expops_int(dtype);
    return dtype == EXPOPS_DTYPE_COUNT ? PASSED_DTYPE + 1 : 0;
}

/* Where ours takes a list, ATen's overload for one dimension gives one integer. */
static uint32_t take_one_of_list(torch_call *call, int64_t integer, expops_value *value)
{
    int64_t *integers;
    const uint32_t refused = torch_take_integers(call, 1, &integers, value);
    if (!refused)
        *integers = integer;
    return refused;
}

uint32_t torch_take_integer(torch_call *call, const expops_parameter_info *parameter, int64_t integer,
                            expops_value *value)
{
    if (parameter->kind == EXPOPS_PARAMETER_INTS)
        return take_one_of_list(call, integer, value);
    if (parameter->kind == EXPOPS_PARAMETER_DTYPE)
        return take_dtype(integer, value);
    *value = expops_int(integer);
    return 0;
}

uint32_t torch_take_word(const expops_parameter_info *parameter, const char *text, expops_value *value)
{
    for (int64_t i = 0; parameter->choices && parameter->choices[i]; i++)
        if (!strcmp(parameter->choices[i], text)) {
            *value = expops_choice(i);
            return 0;
        }
    return PASSED_OTHER + 1;
}

uint32_t torch_take_written(torch_call *call, const override *o, torch_handle out)
{
    call->out = o->form == FORM_IN_PLACE ? call->tensors /* the first argument */ : call->tensors + MAX_TENSORS;
    return o->form == FORM_OUT ? torch_tensor_read(out, call->out) : 0;
}

/* --- answering --- */

static const expops_tensor *find_leader(const torch_call *call)
{
    for (uint32_t i = 0; i < call->num_tensors; i++)
        if (call->tensors[i].device.device_type != EXPOPS_DL_CPU)
            return call->tensors + i;
    return call->num_tensors ? call->tensors : call->out;
}

/* ATen resizes an output of another shape, or refuses it. One of another type some of its operators write and others refuse. */
static expops_status check_output(const expops_tensor *out, const expops_result *result)
{
    const expops_dl_dtype dtype = expops_dtype_to_dl(result->dtype);
    if (out->ndim != result->ndim || memcmp(out->shape, result->shape, (size_t)result->ndim * sizeof result->shape[0]))
        return EXPOPS_ERR_SHAPE;
    return out->dtype.code == dtype.code && out->dtype.bits == dtype.bits ? EXPOPS_OK : EXPOPS_ERR_DTYPE;
}

/* What makes the output of a call: it is told what the result is. */
typedef struct output_maker {
    const override *o;
    torch_call *call;
    expops_dl_device device;
    void **made;
} output_maker;

/* Floating numbers stay what they are, whatever the default; that is the usual case. */
static int is_default(const torch_call *call, const function *f, expops_dtype result)
{
    const int is_floating = call->num_tensors && call->tensors->dtype.code == 2; /* DLPack's for them */
    return !is_floating && torch_dtype_is_default(call->values, f->num_parameters, result);
}

static expops_status make_output(void *context, const expops_result *result, expops_tensor *out)
{
    const output_maker *maker = context;
    torch_call *call = maker->call;
    if (is_default(call, maker->o->function, result->dtype))
        return EXPOPS_ERR_DTYPE;
    if (!call->out)
        return torch_tensor_make_bare(result, maker->device, out, maker->made);
    *out = *call->out;
    return check_output(out, result);
}

static expops_status run(const override *o, torch_call *call, expops_dl_device where, void **out_made)
{
    const function *f = o->function;
    output_maker maker = { o, call, where, out_made };
    expops_device *device;
    expops_tensor out;
    void *stream = NULL;
    if (maker.device.device_type != EXPOPS_DL_CPU &&
        (!torch.current_stream || torch.current_stream(maker.device.device_id, &stream)))
        return EXPOPS_ERR_DEVICE;
    expops_status status = library_device(maker.device, &device);
    if (!status)
        status = library_check_elements(f->op, maker.device, call->values, f->num_parameters);
    return status ? status
                  : library_call_new(f->op, device, stream, call->values, f->num_parameters, make_output, &maker, &out);
}

uint32_t override_reason_of(expops_status status)
{
    switch (status) {
    case EXPOPS_ERR_DEVICE:
    case EXPOPS_ERR_UNAVAILABLE:
        return PASSED_DEVICE;
    case EXPOPS_ERR_DTYPE:
        return PASSED_DTYPE;
    case EXPOPS_ERR_SHAPE:
        return PASSED_SHAPE;
    case EXPOPS_ERR_OVERLAP:
        return PASSED_OVERLAP;
    default:
        return PASSED_OTHER;
    }
}

uint32_t torch_call_answer(torch_call *call, const override *o, void **out_made)
{
    /* One alone counts as it is. */
    if (call->num_tensors > 1 && library_meets_number(call->values, o->function->num_parameters))
        return PASSED_NUMBER + 1;
    const expops_tensor *leader = find_leader(call);
    if (!leader)
        return PASSED_OTHER + 1;
    const expops_status status = run(o, call, leader->device, out_made);
    return status ? override_reason_of(status) + 1 : 0;
}
