/* The parts of a plan that a leaf brings: its tensors, its numbers, what may not overlap. */
#include <string.h>
#include "base/grow.h"
#include "plan_internal.h"

#define ADD(plan, list) \
    (EXPOPS_GROW((plan)->list, (plan)->num_##list##s, (plan)->max_##list##s) ? (plan)->list + (plan)->num_##list##s++ \
                                                                             : NULL)

/* --- tensors --- */

static void take_slot(const expops_slot *slot, expops_plan_tensor *tensor)
{
    static const uint32_t source[] = { [EXPOPS_SLOT_ARGUMENT] = EXPOPS_PLAN_ARGUMENT,
                                       [EXPOPS_SLOT_OUTPUT] = EXPOPS_PLAN_OUTPUT,
                                       [EXPOPS_SLOT_TEMPORARY] = EXPOPS_PLAN_TEMPORARY };
    tensor->source = slot->of_list ? (uint32_t)EXPOPS_PLAN_LIST : source[slot->kind];
    tensor->index = slot->index;
    tensor->item = slot->item;
}

/* Two views of one buffer that interleave (every second element each) may overlap as ranges and still share nothing: all addresses of a
 * view are its first one plus multiples of this. */
static int64_t grain_of(const expops_problem *problem, const expops_problem_operand *operand)
{
    int64_t grain = 0;
    for (uint32_t d = 0; d < problem->rank; d++)
        grain = problem->shape[d] > 1 ? expops_gcd(grain, operand->strides[d]) : grain;
    for (uint32_t w = 0; w < problem->window.walked; w++)
        if (operand->walks >> w & 1u && problem->window.sizes[w] > 1)
            grain = expops_gcd(grain, problem->window.strides[w]);
    return grain;
}

static void describe(const expops_draft *draft, const expops_problem *problem, const expops_problem_operand *operand,
                     expops_plan_tensor *tensor)
{
    const expops_slot *slot = draft->slots + operand->slot;
    memset(tensor, 0, sizeof *tensor);
    take_slot(slot, tensor);
    tensor->device_type = operand->device_type;
    tensor->element = expops_operand_bytes(operand);
    /* A plan knows places relative to a tensor's start, as the next call may bring another one. */
    tensor->shift = operand->offset * tensor->element;
    if (slot->kind == EXPOPS_SLOT_TEMPORARY)
        tensor->shift += (int64_t)slot->offset;
    tensor->low = operand->low;
    tensor->bytes = (uint64_t)(operand->high - operand->low);
    tensor->grain = grain_of(problem, operand) * tensor->element;
}

expops_status expops_plan_tensors(const expops_draft *draft, const expops_problem *problem, expops_plan *plan)
{
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        if (!expops_is_tensor(problem->operand + i))
            continue;
        expops_plan_tensor *tensor = ADD(plan, tensor);
        if (!tensor)
            return expops_no_plan_memory();
        describe(draft, problem, problem->operand + i, tensor);
    }
    return EXPOPS_OK;
}

expops_status expops_plan_step_tensors(expops_plan *plan, uint64_t scratch_at, const expops_steps *steps,
                                       const expops_step *from, uint32_t first_tensor, uint32_t num_tensors,
                                       expops_plan_step *step)
{
    step->tensors = first_tensor;
    step->launch.num_tensors = num_tensors;
    if (!from->num_tensors)
        return EXPOPS_OK;
    step->tensors = plan->num_tensors;
    step->launch.num_tensors = from->num_tensors;
    for (uint32_t i = 0; i < from->num_tensors; i++) {
        const uint32_t which = from->tensors[i];
        expops_plan_tensor *tensor = ADD(plan, tensor);
        if (!tensor)
            return expops_no_plan_memory();
        *tensor = plan->tensor[first_tensor + (which < EXPOPS_STEP_SCRATCH ? which : 0)];
        if (which < EXPOPS_STEP_SCRATCH)
            continue;
        memset(tensor, 0, sizeof *tensor);
        tensor->source = EXPOPS_PLAN_TEMPORARY;
        tensor->shift = (int64_t)(scratch_at + (which > EXPOPS_STEP_SCRATCH ? steps->scratch_bytes[0] : 0));
    }
    return EXPOPS_OK;
}

expops_status expops_plan_launches(expops_plan *plan)
{
    plan->pointer = calloc((size_t)plan->num_tensors + 1, sizeof *plan->pointer);
    if (!plan->pointer)
        return expops_no_plan_memory();
    for (uint32_t i = 0; i < plan->num_tensors; i++)
        plan->pointer[i].device_type = plan->tensor[i].device_type;
    for (expops_plan_step *step = plan->step; step < plan->step + plan->num_steps; step++) {
        step->launch.struct_size = sizeof step->launch;
        step->launch.tensors = plan->pointer + step->tensors;
    }
    for (expops_plan_pair *pair = plan->pair; pair < plan->pair + plan->num_pairs; pair++) {
        /* Only now: the list of tensors grew, and moved, while leaves were added. */
        pair->to = plan->pointer + pair->out;
        pair->from = plan->pointer + pair->in;
    }
    return EXPOPS_OK;
}

/* --- overlap --- */

static int same_layout(const expops_problem *problem, const expops_problem_operand *a, const expops_problem_operand *b)
{
    if (expops_operand_bytes(a) != expops_operand_bytes(b) || a->walks)
        return 0;
    for (uint32_t d = 0; d < problem->rank; d++)
        if (problem->shape[d] > 1 && a->strides[d] != b->strides[d])
            return 0;
    return 1;
}

static expops_status add_pair(expops_plan *plan, uint32_t out, uint32_t in, uint32_t alike)
{
    const expops_plan_tensor *to = plan->tensor + out, *from = plan->tensor + in;
    /* Temporaries are the library's own and lie apart, and what a draft reads of its own output it means to. */
    if (to->source == EXPOPS_PLAN_TEMPORARY || from->source == EXPOPS_PLAN_TEMPORARY ||
        (to->source == from->source && to->index == from->index))
        return EXPOPS_OK;
    expops_plan_pair *pair = ADD(plan, pair);
    if (!pair)
        return expops_no_plan_memory();
    *pair = (expops_plan_pair){ .out = out,
                                .in = in,
                                .alike = alike,
                                .delta = (from->low - from->shift) - (to->low - to->shift),
                                .out_bytes = to->bytes,
                                .in_bytes = from->bytes };
    return EXPOPS_OK;
}

/* All of an output, for what later leaves read. */
static expops_status note_whole(const expops_draft *draft, const expops_slot *slot, expops_plan *plan)
{
    expops_view view;
    int64_t high, grain = 0;
    if (slot->kind != EXPOPS_SLOT_OUTPUT || plan->whole[slot->index])
        return EXPOPS_OK;
    expops_plan_tensor *tensor = ADD(plan, tensor);
    if (!tensor)
        return expops_no_plan_memory();
    memset(tensor, 0, sizeof *tensor);
    take_slot(slot, tensor);
    expops_view_of_tensor(slot->tensor, &view);
    tensor->device_type = slot->tensor->device.device_type;
    tensor->element = slot->tensor->dtype.bits <= 8 ? 1 : slot->tensor->dtype.bits / 8;
    expops_view_extent(&view, (size_t)tensor->element, &tensor->low, &high);
    tensor->bytes = (uint64_t)(high - tensor->low);
    for (int32_t d = 0; d < view.ndim; d++)
        grain = view.shape[d] > 1 ? expops_gcd(grain, view.strides[d]) : grain;
    tensor->grain = grain * tensor->element;
    plan->whole[slot->index] = plan->num_tensors; /* its index and 1 */
    return EXPOPS_OK;
}

/* The last operand, where it is written besides: no input may cross it. */
static expops_status add_other_output(const expops_problem *problem, expops_plan *plan, uint32_t first_tensor)
{
    const uint32_t last = first_tensor + problem->num_tensors - 1;
    if (problem->num_operands == 1 || problem->operand[problem->num_operands - 1].kind != EXPOPS_OPERAND_OUTPUT)
        return EXPOPS_OK;
    for (uint32_t in = first_tensor + 1; in < last; in++)
        EXPOPS_TRY(add_pair(plan, last, in, 0));
    return EXPOPS_OK;
}

/* An input may not cross its output or what earlier leaves wrote, nor, where it is launched together with others, any of it. */
expops_status expops_plan_pairs(const expops_draft *draft, const expops_problem *problem, expops_plan *plan,
                                uint32_t first_tensor)
{
    const expops_slot *slot = draft->slots + problem->operand[0].slot;
    uint32_t at = first_tensor;
    if (problem->apart)
        EXPOPS_TRY(note_whole(draft, slot, plan));
    for (uint32_t i = 1; i < problem->num_operands; i++) {
        if (!expops_is_tensor(problem->operand + i))
            continue;
        at++;
        if (!problem->apart)
            EXPOPS_TRY(add_pair(plan, first_tensor, at,
                                (uint32_t)same_layout(problem, problem->operand + i, problem->operand)));
        for (uint32_t k = 0; k < EXPOPS_MAX_OUTPUTS; k++)
            if (plan->whole[k])
                EXPOPS_TRY(add_pair(plan, plan->whole[k] - 1, at, 0));
    }
    EXPOPS_TRY(add_other_output(problem, plan, first_tensor));
    return draft->num_leaves == 1 ? EXPOPS_OK : note_whole(draft, slot, plan);
}

/* --- launched together --- */

expops_status expops_plan_whole(const expops_draft *draft, const expops_problem *problem, expops_plan *plan)
{
    return note_whole(draft, draft->slots + problem->operand[0].slot, plan);
}

expops_status expops_plan_list_input(const expops_draft *draft, const expops_problem *problem, expops_plan *plan,
                                     expops_plan_tensor *input)
{
    describe(draft, problem, problem->operand + 1, input);
    return expops_plan_whole(draft, problem, plan);
}

expops_status expops_plan_list_tensors(uint32_t index, const expops_plan_tensor *inputs, uint32_t count, uint32_t room,
                                       expops_plan *plan, expops_plan_step *step)
{
    step->tensors = plan->num_tensors;
    step->launch.num_tensors = 1 + room;
    for (uint32_t i = 0; i <= room; i++) {
        expops_plan_tensor *tensor = ADD(plan, tensor);
        if (!tensor)
            return expops_no_plan_memory();
        /* A kernel has room for a power of two of tensors: the places that are left over repeat the first input, so
         * that they hold an address that may be asked for. */
        *tensor = i == 0 ? plan->tensor[plan->whole[index] - 1] : inputs[i <= count ? i - 1 : 0];
        if (i > 0 && i <= count)
            EXPOPS_TRY(add_pair(plan, step->tensors, step->tensors + i, 0));
    }
    return EXPOPS_OK;
}

/* --- numbers --- */

expops_status expops_plan_numbers(const expops_problem *problem, expops_plan *plan)
{
    uint32_t index = 0;
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        if (operand->kind != EXPOPS_OPERAND_NUMBER)
            continue;
        index++;
        /* Written once when the plan is made; only what a caller may change is written at each call. */
        if (operand->source == EXPOPS_NUMBER_CONSTANT)
            continue;
        expops_plan_number *number = ADD(plan, number);
        if (!number)
            return expops_no_plan_memory();
        *number = (expops_plan_number){ .argument = operand->argument,
                                        .source = operand->source,
                                        .compute = problem->compute,
                                        .index = index - 1,
                                        .meeting = operand->meeting };
    }
    return EXPOPS_OK;
}

static uint8_t *number_place(const expops_plan_step *step, uint32_t compute, uint32_t index)
{
    return expops_plan_params(step) + step->numbers_at + index * (compute == EXPOPS_COMPUTE_C128 ? 16 : 8);
}

static void store_constants(const expops_problem *problem, const expops_plan_step *step)
{
    uint32_t index = 0;
    for (uint32_t i = 0; i < problem->num_operands; i++) {
        const expops_problem_operand *operand = problem->operand + i;
        const expops_value value = expops_real(operand->constant);
        if (operand->kind != EXPOPS_OPERAND_NUMBER)
            continue;
        if (operand->source == EXPOPS_NUMBER_CONSTANT)
            expops_store_number(&value, operand->meeting.as, problem->compute,
                                number_place(step, problem->compute, index));
        index++;
    }
}

expops_status expops_plan_places(const expops_problem *problem, expops_plan *plan, uint32_t first_number,
                                 uint32_t first_step)
{
    const uint32_t end = plan->num_numbers;
    for (uint32_t s = first_step; s < plan->num_steps; s++) {
        store_constants(problem, plan->step + s);
        for (uint32_t i = first_number; i < end; i++) {
            /* Each step of the leaf has a block of parameters of its own, in which the number stands again. */
            expops_plan_number *number = s == first_step ? plan->number + i : ADD(plan, number);
            if (!number)
                return expops_no_plan_memory();
            *number = plan->number[i];
            number->to = number_place(plan->step + s, problem->compute, number->index);
            const int is_value = number->source == EXPOPS_NUMBER_VALUE;
            number->plain = is_value && !number->meeting.held;
            number->single =
                is_value && number->meeting.as == EXPOPS_DTYPE_F32 && problem->compute == EXPOPS_COMPUTE_F32;
        }
    }
    return EXPOPS_OK;
}
