/* Boxed kernels: called by torch's dispatcher with the interpreter's lock released, below autograd. */
#include <string.h>
#include "torch_override.h"
#include "torch_stack.h"
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

static uint32_t take_tensor(boxed_call *call, torch_item *item, expops_value *value)
{
    expops_tensor *tensor = call->tensors + call->num_tensors;
    if (call->num_tensors == MAX_TENSORS)
        return PASSED_OTHER + 1;
    call->list[call->num_tensors++] = tensor;
    *value = expops_tensor_value(tensor);
    return torch_tensor_read(torch_item_handle(item), tensor);
}

static uint32_t take_tensors(boxed_call *call, torch_item *items, size_t count, expops_value *value)
{
    const uint32_t first = call->num_tensors;
    for (size_t i = 0; i < count; i++) {
        const uint32_t refused =
            torch_item_kind(items + i) == ITEM_TENSOR ? take_tensor(call, items + i, value) : PASSED_OTHER + 1;
        if (refused)
            return refused;
    }
    *value = expops_tensors(call->list + first, call->num_tensors - first);
    return 0;
}

/* Where ours takes a list, ATen's overload for one dimension gives one integer. */
static uint32_t take_integers(boxed_call *call, const torch_item *items, size_t count, expops_value *value)
{
    int64_t *integers = call->integers + call->num_integers;
    if (count > MAX_INTEGERS - call->num_integers)
        return PASSED_OTHER + 1;
    for (size_t i = 0; i < count; i++) {
        if (torch_item_kind(items + i) != ITEM_INTEGER)
            return PASSED_OTHER + 1;
        integers[i] = items[i].as.integer;
    }
    call->num_integers += (uint32_t)count;
    *value = expops_ints(integers, (uint32_t)count);
    return 0;
}

static uint32_t take_list(boxed_call *call, uint32_t kind, const torch_item *item, expops_value *value)
{
    torch_item *items = item->as.target->as.list.begin;
    const size_t count = (size_t)(item->as.target->as.list.end - items);
    return kind == EXPOPS_PARAMETER_TENSORS ? take_tensors(call, items, count, value)
                                            : take_integers(call, items, count, value);
}

static uint32_t take_word(const expops_parameter_info *parameter, const char *text, expops_value *value)
{
    for (int64_t i = 0; parameter->choices && parameter->choices[i]; i++)
        if (!strcmp(parameter->choices[i], text)) {
            *value = expops_choice(i);
            return 0;
        }
    return PASSED_OTHER + 1;
}

static uint32_t take_dtype(int64_t number, expops_value *value)
{
    const expops_dtype dtype = torch_dtype_find(number);
    *value = expops_int(dtype);
    return dtype == EXPOPS_DTYPE_COUNT ? PASSED_DTYPE + 1 : 0;
}

static uint32_t take_integer(boxed_call *call, uint32_t kind, const torch_item *item, expops_value *value)
{
    if (kind == EXPOPS_PARAMETER_INTS)
        return take_integers(call, item, 1, value);
    if (kind == EXPOPS_PARAMETER_DTYPE)
        return take_dtype(item->as.integer, value);
    *value = expops_int(item->as.integer);
    return 0;
}

static uint32_t take(boxed_call *call, const expops_parameter_info *parameter, torch_item *item, expops_value *value)
{
    switch (torch_item_kind(item)) {
    case ITEM_NONE:
        return 0; /* as the values begin */
    case ITEM_TENSOR:
        return take_tensor(call, item, value);
    case ITEM_REAL:
        *value = expops_real(item->as.real);
        return 0;
    case ITEM_INTEGER:
        return take_integer(call, parameter->kind, item, value);
    case ITEM_TRUTH:
        *value = expops_bool(item->as.truth);
        return 0;
    case ITEM_COMPLEX:
        *value = expops_complex(item->as.target->as.parts);
        return 0;
    case ITEM_WORD:
        return take_word(parameter, item->as.target->as.text, value);
    case ITEM_LIST:
        return take_list(call, parameter->kind, item, value);
    default:
        return PASSED_OTHER + 1;
    }
}

/* A flag that ours has not: where it is set, the call is none for us. */
static uint32_t take_flag(const torch_item *item)
{
    return torch_item_kind(item) == ITEM_TRUTH && !item->as.truth ? 0 : PASSED_OTHER + 1;
}

static uint32_t take_all(boxed_call *call, const override *o, torch_item *items)
{
    const uint32_t inputs = o->num_args - (o->form == FORM_OUT);
    for (size_t p = 0; p < o->function->num_parameters; p++)
        call->values[p] = expops_none();
    for (uint32_t i = 0; i < inputs; i++) {
        const uint32_t index = o->parameters[i];
        const uint32_t refused = index < o->function->num_parameters
                                     ? take(call, o->function->parameters + index, items + i, call->values + index)
                                     : take_flag(items + i);
        if (refused)
            return refused;
    }
    if (o->form == FORM_FUNCTIONAL)
        return 0;
    call->out = o->form == FORM_IN_PLACE ? call->tensors /* the first argument */ : call->tensors + MAX_TENSORS;
    return o->form == FORM_OUT ? torch_tensor_read(torch_item_handle(items + inputs), call->out) : 0;
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

/* What makes the output of a call: it is told what the result is. */
typedef struct output_maker {
    const override *o;
    boxed_call *call;
    expops_dl_device device;
    void **made;
} output_maker;

static expops_status make_output(void *context, const expops_result *result, expops_tensor *out)
{
    const output_maker *maker = context;
    boxed_call *call = maker->call;
    if (torch_dtype_is_default(call->values, maker->o->function->num_parameters, result->dtype))
        return EXPOPS_ERR_DTYPE;
    if (!call->out)
        return torch_tensor_make_bare(result, maker->device, out, maker->made);
    *out = *call->out;
    return check_output(out, result);
}

static expops_status run(const override *o, boxed_call *call, void **out_made)
{
    const function *f = o->function;
    output_maker maker = { o, call, find_leader(call)->device, out_made };
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

/* 0, or PASSED_... + 1: then nothing was written, and *out_made may be a tensor to give up. */
static uint32_t answer(const override *o, torch_item *items, void **out_made)
{
    boxed_call call;
    call.num_tensors = call.num_integers = 0;
    call.out = NULL;
    const uint32_t refused = take_all(&call, o, items);
    if (refused)
        return refused;
    if (library_meets_number(call.values, o->function->num_parameters))
        return PASSED_NUMBER + 1;
    if (!find_leader(&call))
        return PASSED_OTHER + 1;
    const expops_status status = run(o, &call, out_made);
    return status ? override_reason_of(status) + 1 : 0;
}

/* --- passing on --- */

static void end_exclusion(const int *unused)
{
    torch.set_excluded(override_scope_key, 0);
}

/* To the kernel that the call would have come to without a scope, which may throw. What that calls is not ours either. */
static void pass_out_of_scope(const override *o, const void *op, uint64_t keys, torch_stack *stack)
{
    const torch_kernel *kernel = override_kernel_below(o->op, keys);
    const int excluded __attribute__((cleanup(end_exclusion))) = 1;
    torch.set_excluded(override_scope_key, excluded);
    kernel->call(kernel->self, op, keys, stack);
}

/* To ATen's own kernel. */
static void pass_on(const override *o, const void *op, uint64_t keys, torch_stack *stack)
{
    if (!o->global) {
        pass_out_of_scope(o, op, keys, stack);
        return;
    }
    const torch_kernel *kernel = o->covered + override_is_of_gpu(keys);
    kernel->call(kernel->self, op, keys, stack);
}

void override_answer(override *o, const void *op, uint64_t keys, torch_stack *stack)
{
    void *made = NULL;
    if (!override_is_on(o)) {
        pass_on(o, op, keys, stack);
        return;
    }
    const uint32_t refused = answer(o, stack->end - o->num_args, &made);
    if (!refused) {
        atomic_fetch_add_explicit(&o->num_calls, 1, memory_order_relaxed);
        if (made)
            torch_stack_give(stack, o->num_args, made);
        else
            torch_stack_keep(stack, o->num_args, o->form == FORM_OUT ? o->num_args - 1 : 0);
        return;
    }
    if (made)
        torch_tensor_drop(&made);
    atomic_fetch_add_explicit(&o->num_passed[refused - 1], 1, memory_order_relaxed);
    pass_on(o, op, keys, stack);
}
