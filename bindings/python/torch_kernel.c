/* Boxed kernels: called by torch's dispatcher with the interpreter's lock released, below autograd. */
#include "torch_call.h"
#include "torch_stack.h"
#include "torch_tensor.h"

/* --- reading the stack --- */

static uint32_t take_tensors(torch_call *call, torch_item *items, size_t count, expops_value *value)
{
    const uint32_t first = call->num_tensors;
    for (size_t i = 0; i < count; i++) {
        const uint32_t refused = torch_item_kind(items + i) == ITEM_TENSOR
                                     ? torch_take_tensor(call, torch_item_handle(items + i), value)
                                     : PASSED_OTHER + 1;
        if (refused)
            return refused;
    }
    torch_take_list(call, first, value);
    return 0;
}

static uint32_t take_integers(torch_call *call, const torch_item *items, size_t count, expops_value *value)
{
    int64_t *integers;
    if (torch_take_integers(call, count, &integers, value))
        return PASSED_OTHER + 1;
    for (size_t i = 0; i < count; i++) {
        if (torch_item_kind(items + i) != ITEM_INTEGER)
            return PASSED_OTHER + 1;
        integers[i] = items[i].as.integer;
    }
    return 0;
}

static uint32_t take_list(torch_call *call, uint32_t kind, const torch_item *item, expops_value *value)
{
    torch_item *items = item->as.target->as.list.begin;
    const size_t count = (size_t)(item->as.target->as.list.end - items);
    return kind == EXPOPS_PARAMETER_TENSORS ? take_tensors(call, items, count, value)
                                            : take_integers(call, items, count, value);
}

static uint32_t take(torch_call *call, const expops_parameter_info *parameter, torch_item *item, expops_value *value)
{
    switch (torch_item_kind(item)) {
    case ITEM_NONE:
        return 0; /* as the values begin */
    case ITEM_TENSOR:
        return torch_take_tensor(call, torch_item_handle(item), value);
    case ITEM_REAL:
        *value = expops_real(item->as.real);
        return 0;
    case ITEM_INTEGER:
        return torch_take_integer(call, parameter, item->as.integer, value);
    case ITEM_TRUTH:
        *value = expops_bool(item->as.truth);
        return 0;
    case ITEM_COMPLEX:
        *value = expops_complex(item->as.target->as.parts);
        return 0;
    case ITEM_WORD:
        return torch_take_word(parameter, item->as.target->as.text, value);
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

static uint32_t take_all(torch_call *call, const override *o, torch_item *items)
{
    const uint32_t inputs = o->num_args - (o->form == FORM_OUT);
    torch_call_begin(call, o);
    for (uint32_t i = 0; i < inputs; i++) {
        const uint32_t index = o->parameters[i];
        const uint32_t refused = index < o->function->num_parameters
                                     ? take(call, o->function->parameters + index, items + i, call->values + index)
                                     : take_flag(items + i);
        if (refused)
            return refused;
    }
    return torch_take_output(call, o, o->form == FORM_OUT ? torch_item_handle(items + inputs) : NULL);
}

static uint32_t answer(const override *o, torch_item *items, void **out_made)
{
    torch_call call;
    const uint32_t refused = take_all(&call, o, items);
    return refused ? refused : torch_call_answer(&call, o, out_made);
}

/* --- passing on --- */

void override_end_exclusion(const int *unused)
{
    torch.set_excluded(override_scope_key, 0);
}

/* To the kernel that the call would have come to without a scope, which may throw. What that calls is not ours either. */
static void pass_out_of_scope(const override *o, const void *op, uint64_t keys, torch_stack *stack)
{
    const torch_kernel *kernel = override_kernel_below(o->op, keys);
    const int excluded __attribute__((cleanup(override_end_exclusion))) = 1;
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
