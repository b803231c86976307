/* Boxed kernels: called by torch's dispatcher with the interpreter's lock released, below autograd. A kernel owns the
 * handles on its stack and leaves its results there. */
#include <stdlib.h>
#include <string.h>
#include "torch_override.h"
#include "torch_tensor.h"

/* A call while it is answered. */
typedef struct boxed_call {
    expops_value values[MAX_ARGUMENTS];
    expops_tensor tensors[MAX_TENSORS + 1];
    const expops_tensor *list[MAX_TENSORS]; /* the inputs, in the same order: lists are runs of it */
    int64_t integers[MAX_INTEGERS];
    uint32_t num_tensors; /* inputs */
    uint32_t num_integers;
    expops_tensor *out; /* one of the tensors, or NULL */
} boxed_call;

/* --- reading the stack --- */

static uint32_t take_tensor(boxed_call *call, torch_handle handle, expops_value *value)
{
    expops_tensor *tensor = call->tensors + call->num_tensors;
    if (call->num_tensors == MAX_TENSORS)
        return PASSED_OTHER + 1;
    call->list[call->num_tensors++] = tensor;
    *value = expops_tensor_value(tensor);
    return torch_tensor_read(handle, tensor);
}

static uint32_t take_tensors(boxed_call *call, torch_handle list, expops_value *value)
{
    const uint32_t first = call->num_tensors;
    size_t size;
    torch_value item;
    uint32_t refused = torch.list_size(list, &size) ? PASSED_OTHER + 1 : 0;
    for (size_t i = 0; !refused && i < size; i++)
        refused = torch.list_get(list, i, &item) ? PASSED_OTHER + 1 : take_tensor(call, (torch_handle)item, value);
    *value = expops_tensors(call->list + first, call->num_tensors - first);
    return refused;
}

static uint32_t take_integers(boxed_call *call, torch_handle list, expops_value *value)
{
    int64_t *integers = call->integers + call->num_integers;
    size_t size;
    if (torch.list_size(list, &size) || size > MAX_INTEGERS - call->num_integers)
        return PASSED_OTHER + 1;
    for (size_t i = 0; i < size; i++)
        if (torch.list_get(list, i, (torch_value *)integers + i))
            return PASSED_OTHER + 1;
    call->num_integers += (uint32_t)size;
    *value = expops_ints(integers, (uint32_t)size);
    return 0;
}

/* Where ours takes a list, ATen's overload for one dimension gives a list of one. */
static expops_value integer_value(boxed_call *call, uint32_t kind, torch_value given)
{
    if (kind != EXPOPS_PARAMETER_INTS || call->num_integers == MAX_INTEGERS)
        return expops_int((int64_t)given);
    int64_t *integer = call->integers + call->num_integers++;
    *integer = (int64_t)given;
    return expops_ints(integer, 1);
}

static uint32_t take_word(const expops_parameter_info *parameter, torch_handle string, expops_value *value)
{
    const char *text;
    if (torch.string_c_str(string, &text))
        return PASSED_OTHER + 1;
    for (int64_t i = 0; parameter->choices && parameter->choices[i]; i++)
        if (!strcmp(parameter->choices[i], text)) {
            *value = expops_choice(i);
            return 0;
        }
    return PASSED_OTHER + 1;
}

static uint32_t take_dtype(torch_value given, expops_value *value)
{
    const expops_dtype dtype = torch_dtype_find((int64_t)given);
    *value = expops_int(dtype);
    return dtype == EXPOPS_DTYPE_COUNT ? PASSED_DTYPE + 1 : 0;
}

static double real_of(torch_value value)
{
    double real;
    memcpy(&real, &value, sizeof real);
    return real;
}

static uint32_t take(boxed_call *call, const override *o, uint32_t index, uint32_t kind, torch_value given)
{
    expops_value *value = call->values + o->parameters[index];
    switch (kind) {
    case ARGUMENT_TENSOR:
        return take_tensor(call, (torch_handle)given, value);
    case ARGUMENT_REAL:
        *value = expops_real(real_of(given));
        return 0;
    case ARGUMENT_INT:
        *value = integer_value(call, o->function->parameters[o->parameters[index]].kind, given);
        return 0;
    case ARGUMENT_BOOL:
        *value = expops_bool(*(const uint8_t *)&given);
        return 0;
    case ARGUMENT_DTYPE:
        return take_dtype(given, value);
    case ARGUMENT_INTS:
        return take_integers(call, (torch_handle)given, value);
    case ARGUMENT_TENSORS:
        return take_tensors(call, (torch_handle)given, value);
    case ARGUMENT_UNSET:
        return *(const uint8_t *)&given ? PASSED_OTHER + 1 : 0;
    default:
        return take_word(o->function->parameters + o->parameters[index], (torch_handle)given, value);
    }
}

/* The values begin as none. */
static uint32_t take_optional(boxed_call *call, const override *o, uint32_t index, torch_value given)
{
    return given ? take(call, o, index, o->kinds[index] - ARGUMENT_OPTIONAL, *(const torch_value *)given) : 0;
}

static uint32_t take_output(boxed_call *call, const override *o, const torch_value *stack)
{
    if (o->form == FORM_IN_PLACE)
        call->out = call->tensors; /* the first argument */
    if (o->form != FORM_OUT)
        return 0;
    call->out = call->tensors + MAX_TENSORS;
    return torch_tensor_read((torch_handle)stack[o->num_args - 1], call->out);
}

static uint32_t take_all(boxed_call *call, const override *o, const torch_value *stack)
{
    const uint32_t inputs = o->num_args - (o->form == FORM_OUT);
    uint32_t refused = 0;
    for (size_t p = 0; p < o->function->num_parameters; p++)
        call->values[p] = expops_none();
    for (uint32_t i = 0; !refused && i < inputs; i++)
        refused = o->kinds[i] & ARGUMENT_OPTIONAL ? take_optional(call, o, i, stack[i])
                                                  : take(call, o, i, o->kinds[i], stack[i]);
    return refused ? refused : take_output(call, o, stack);
}

/* --- answering --- */

static const expops_tensor *find_leader(const boxed_call *call)
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

static expops_status run(const override *o, boxed_call *call, torch_handle *out_made)
{
    const function *f = o->function;
    const expops_tensor *leader = find_leader(call);
    expops_device *device;
    void *stream = NULL;
    expops_result result;
    expops_status status = library_infer(f->op, call->values, f->num_parameters, &result, 1);
    if (!status && call->out)
        status = check_output(call->out, &result);
    if (!status && leader->device.device_type != EXPOPS_DL_CPU)
        status =
            !torch.current_stream || torch.current_stream(leader->device.device_id, &stream) ? EXPOPS_ERR_DEVICE : 0;
    if (!status)
        status = library_device(leader->device, &device);
    if (!status && !call->out) {
        call->out = call->tensors + MAX_TENSORS;
        status = torch_tensor_make(&result, leader->device, call->out, out_made);
    }
    return status ? status : library_call(f->op, device, stream, call->values, f->num_parameters, call->out, 1);
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

/* 0, or PASSED_... + 1: then nothing was written, and *out_made may be a tensor to delete. */
static uint32_t answer(const override *o, const torch_value *stack, torch_handle *out_made)
{
    boxed_call call;
    call.num_tensors = call.num_integers = 0;
    call.out = NULL;
    const uint32_t refused = take_all(&call, o, stack);
    if (refused)
        return refused;
    if (library_meets_number(call.values, o->function->num_parameters))
        return PASSED_NUMBER + 1;
    if (!find_leader(&call))
        return PASSED_OTHER + 1;
    const expops_status status = run(o, &call, out_made);
    return status ? override_reason_of(status) + 1 : 0;
}

/* --- the stack afterwards --- */

static void delete_optional(torch_value *value)
{
    if (torch.value_delete)
        torch.value_delete(value);
    else
        free(value);
}

/* The items of a list of tensors are handles of their own. */
static void delete_tensors(torch_handle list)
{
    size_t size;
    torch_value item;
    for (size_t i = 0; !torch.list_size(list, &size) && i < size; i++)
        if (!torch.list_get(list, i, &item))
            torch.delete_tensor((torch_handle)item);
    torch.list_delete(list);
}

static void delete_argument(uint32_t kind, torch_value given)
{
    if (kind == ARGUMENT_TENSOR)
        torch.delete_tensor((torch_handle)given);
    else if (kind == ARGUMENT_WORD)
        torch.string_delete((torch_handle)given);
    else if (kind == ARGUMENT_INTS)
        torch.list_delete((torch_handle)given);
    else if (kind == ARGUMENT_TENSORS)
        delete_tensors((torch_handle)given);
    else if (kind & ARGUMENT_OPTIONAL && given) {
        delete_argument(kind - ARGUMENT_OPTIONAL, *(torch_value *)given);
        delete_optional((torch_value *)given);
    }
}

/* Deletes what came, but for what is given back. */
static void leave_result(const override *o, torch_value *stack, torch_handle made)
{
    const uint32_t kept = o->form == FORM_IN_PLACE ? 0 : o->form == FORM_OUT ? o->num_args - 1 : UINT32_MAX;
    const torch_value result = made ? (torch_value)made : stack[kept];
    for (uint32_t i = 0; i < o->num_args; i++)
        if (i != kept)
            delete_argument(o->kinds[i], stack[i]);
    stack[0] = result;
}

/* To ATen's own kernel. What it throws becomes a status on the way, and is thrown again. */
static void pass_on(const override *o, torch_value *stack)
{
    void (*set)(uint16_t, _Bool) = o->global ? torch.set_included : torch.set_excluded;
    const uint16_t key = o->global ? override_native_key : override_scope_key;
    set(key, 1);
    const int32_t failed = torch.call(o->name, o->overload, stack);
    set(key, 0);
    if (failed)
        torch.fail(o->name, o->name, 0, torch.get_what ? torch.get_what() : "the operator failed; see standard error");
}

void override_answer(override *o, torch_value *stack)
{
    torch_handle made = NULL;
    if (!override_is_on(o)) {
        pass_on(o, stack);
        return;
    }
    const uint32_t refused = answer(o, stack, &made);
    if (!refused) {
        atomic_fetch_add_explicit(&o->num_calls, 1, memory_order_relaxed);
        leave_result(o, stack, made);
        return;
    }
    if (made)
        torch.delete_tensor(made);
    atomic_fetch_add_explicit(&o->num_passed[refused - 1], 1, memory_order_relaxed);
    pass_on(o, stack);
}
