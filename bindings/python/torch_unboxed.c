/* Kernels for unboxed calls: arguments are taken from where C++ passes them, so that torch makes no stack of them. */
#include "torch_unboxed.h"
#include "torch_call.h"
#include "torch_tensor.h"

uint8_t torch_kind_of_number[MAX_NUMBER_TAGS];
uint32_t torch_tag_of_array;

/* --- reading --- */

static uint32_t take_number(torch_call *call, const expops_parameter_info *parameter, const torch_number *number,
                            expops_value *value)
{
    switch (number->tag < MAX_NUMBER_TAGS ? torch_kind_of_number[number->tag] : ITEM_OTHER) {
    case ITEM_REAL:
        *value = expops_real(number->as.real);
        return 0;
    case ITEM_INTEGER:
        return torch_take_integer(call, parameter, number->as.integer, value);
    case ITEM_TRUTH:
        *value = expops_bool(number->as.truth);
        return 0;
    case ITEM_COMPLEX:
        *value = expops_complex(number->as.parts);
        return 0;
    default:
        return PASSED_OTHER + 1;
    }
}

/* One behind another. */
static uint32_t take_array(torch_call *call, void *const *tensors, size_t count, expops_value *value)
{
    const uint32_t first = call->num_tensors;
    for (size_t i = 0; i < count; i++) {
        const uint32_t refused = torch_take_tensor(call, (torch_handle)(tensors + i), value);
        if (refused)
            return refused;
    }
    torch_take_list(call, first, value);
    return 0;
}

static uint32_t take_list(torch_call *call, const torch_list *list, expops_value *value)
{
    return list->tag == torch_tag_of_array ? take_array(call, list->tensors, list->count, value) : PASSED_OTHER + 1;
}

static uint32_t take(torch_call *call, uint8_t passed_as, const expops_parameter_info *parameter,
                     const uintptr_t *words, expops_value *value)
{
    if (passed_as == PASSED_AS_TENSOR) /* most are */
        return torch_take_tensor(call, (torch_handle)*words, value);
    switch (passed_as) {
    case PASSED_AS_NUMBER:
        return take_number(call, parameter, (const torch_number *)*words, value);
    case PASSED_AS_INTEGER:
        return torch_take_integer(call, parameter, (int64_t)*words, value);
    case PASSED_AS_TRUTH: /* the rest of the word may be anything */
        *value = expops_bool((uint8_t)*words);
        return 0;
    case PASSED_AS_LIST:
        return take_list(call, (const torch_list *)*words, value);
    default:
        return take_array(call, (void *const *)words[0], words[1], value);
    }
}

/* A flag that ours has not: where it is set, the call is none for us. */
static uint32_t take_flag(uint8_t passed_as, uintptr_t word)
{
    return passed_as == PASSED_AS_TRUTH && !(uint8_t)word ? 0 : PASSED_OTHER + 1;
}

static uint32_t take_all(torch_call *call, const override *o, const uintptr_t *words)
{
    const uint32_t inputs = o->num_args - (o->form == FORM_OUT);
    const function *const f = o->function;
    const size_t num_parameters = f->num_parameters;
    torch_call_begin(call, o);
    for (uint32_t i = 0; i < inputs; i++) {
        const uint8_t passed_as = o->passed_as[i], index = o->parameters[i];
        const uint32_t refused = index < num_parameters
                                     ? take(call, passed_as, f->parameters + index, words, call->values + index)
                                     : take_flag(passed_as, *words);
        if (refused)
            return refused;
        words += 1 + (passed_as == PASSED_AS_ARRAY);
    }
    return torch_take_output(call, o, o->form == FORM_OUT ? (torch_handle)*words : NULL);
}

static uint32_t answer(const override *o, const uintptr_t *words, void **out_made)
{
    torch_call call;
    const uint32_t refused = take_all(&call, o, words);
    return refused ? refused : torch_call_answer(&call, o, out_made);
}

/* --- passing on --- */

/* As the dispatcher would without the scope's key. What that calls is not ours either. */
static void *pass_out_of_scope(const override *o, const uintptr_t *words)
{
    const int excluded __attribute__((cleanup(override_end_exclusion))) = 1;
    torch.set_excluded(override_scope_key, excluded);
    if (o->form == FORM_FUNCTIONAL)
        return o->redispatch(words[0], words[2] & ~override_scope_bits, words[3], words[4], words[5], 0);
    return o->redispatch(words[1] & ~override_scope_bits, words[2], words[3], words[4], words[5], 0);
}

/* To ATen's own kernel. */
static void *pass_on(const override *o, const uintptr_t *words)
{
    if (!o->global)
        return pass_out_of_scope(o, words);
    const int functional = o->form == FORM_FUNCTIONAL;
    const torch_kernel *kernel = o->covered + override_is_of_gpu(words[functional + 1]);
    const uintptr_t self = (uintptr_t)kernel->self;
    return kernel->unboxed(functional ? words[0] : self, functional ? self : words[1], words[2], words[3], words[4],
                           words[5]);
}

void *override_answer_unboxed(override *o, const uintptr_t *words)
{
    const uintptr_t *args = words + 2 + (o->form == FORM_FUNCTIONAL);
    void *made = NULL;
    if (!override_is_on(o))
        return pass_on(o, words);
    const uint32_t refused = answer(o, args, &made);
    if (refused) {
        if (made)
            torch_tensor_drop(&made);
        atomic_fetch_add_explicit(&o->num_passed[refused - 1], 1, memory_order_relaxed);
        return pass_on(o, words);
    }
    atomic_fetch_add_explicit(&o->num_calls, 1, memory_order_relaxed);
    if (o->form != FORM_FUNCTIONAL)
        return (void *)args[o->form == FORM_OUT ? o->num_words - 1 : 0];
    *(void **)words[0] = made;
    return (void *)words[0];
}

/* --- which calls come unboxed --- */

/* ATen's kernels that a global one takes the place of are called in the same way. */
static int covers_boxed(const override *o)
{
    for (int i = 0; i < 2; i++)
        if (o->covered[i].call && !o->covered[i].unboxed)
            return 1;
    return 0;
}

void override_take_unboxed(override *o, const char *kinds, size_t num_kinds, const char *symbol)
{
    o->num_words = 0;
    for (size_t i = 0; i < num_kinds && i < MAX_ARGUMENTS; i++) {
        o->passed_as[i] = (uint8_t)kinds[i];
        o->num_words += 1 + (kinds[i] == PASSED_AS_ARRAY);
    }
    const uint32_t others = 2 + (o->form == FORM_FUNCTIONAL);
    if (TORCH_UNBOXED && symbol && num_kinds == o->num_args && others + o->num_words <= NUM_REGISTERS &&
        !covers_boxed(o))
        *(void **)&o->redispatch = torch_symbols_find(symbol);
}
