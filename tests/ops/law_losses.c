/* Losses, by the reference of one element: its values are added up here, over tensors that broadcast within a row and along it,
 * and over rows that devices cut in parts. */
#include <math.h>
#include <string.h>

#include "cases.h"
#include "judge.h"

enum { NONE, MEAN, SUM };

static size_t reduction_of(const expops_operator *op)
{
    size_t i = 0;
    while (op->parameters[i].name && strcmp(op->parameters[i].name, "reduction") != 0)
        i++;
    return i;
}

int test_is_loss(const expops_operator *op, expops_dtype dtype)
{
    return op->parameters[reduction_of(op)].name != NULL && test_reference_find(op->name);
}

typedef struct loss_space {
    int32_t ndim;
    int64_t shape[EXPOPS_MAX_RANK], count;
} loss_space;

/* The shape that the tensors broadcast to is that of the loss for each element. */
static expops_status find_space(test_call *call, loss_space *space)
{
    expops_result result;
    call->args[reduction_of(call->op)] = expops_choice(NONE);
    const expops_status status = expops_infer(call->op, call->args, call->num_args, &result, 1);
    space->ndim = result.ndim;
    memcpy(space->shape, result.shape, sizeof(space->shape));
    space->count = 1;
    for (int32_t d = 0; d < result.ndim; d++)
        space->count *= result.shape[d];
    return status;
}

static long double loss_at(const test_call *call, const test_reference *reference, const loss_space *space,
                           int64_t position)
{
    long double arguments[EXPOPS_MAX_PARAMETERS];
    test_state_types(call);
    for (size_t i = 0; i < call->num_args; i++) {
        const test_array *array = &call->arrays[i];
        arguments[i] = (long double)call->op->parameters[i].default_value;
        if (array->host)
            arguments[i] = test_array_get(array, test_array_index(array, space->ndim, space->shape, position)).re;
    }
    return test_reference_call(reference, arguments);
}

static int judge_at(test_call *call, int64_t position, long double value, long double slack)
{
    const test_array *out = test_call_out(call);
    const test_answer answer = { .value = { value, 0 }, .slack = slack };
    const int64_t index = test_array_index(out, out->ndim, out->shape, position);
    const test_value actual = test_image_get(out, call->image, index);
    return test_answer_holds(call, &answer, actual, 0) ? 0 : test_judge_report(call, position, actual, answer.value);
}

/* The call whose result is the loss for each element: what `by_terms` grants those, of their operands' sizes, it is asked. */
static test_call call_of_elements(const test_call *call, const loss_space *space)
{
    test_call each = *call;
    memcpy(each.result.shape, space->shape, sizeof each.result.shape);
    each.result.ndim = space->ndim ? space->ndim : 1;
    each.result.shape[0] = space->ndim ? space->shape[0] : 1;
    return each;
}

/* A sum is as far off as its terms, by the bound, and as pairwise addition rounds them; a mean by a division more. */
static int judge_loss(test_call *call, const loss_space *space, int reduction)
{
    const test_reference *const reference = test_reference_find(call->op->name);
    const test_call each = call_of_elements(call, space);
    const test_terms operands = test_terms_of(&each);
    const long double unit = test_rounding(call->types.common), levels = test_levels(space->count) + 1;
    long double sum = 0, slack = 0;
    int wrong = 0;
    for (int64_t k = 0; k < space->count; k++) {
        const long double loss = loss_at(call, reference, space, k), terms = test_terms_slack(&each, &operands, k);
        wrong += reduction == NONE && judge_at(call, k, loss, terms);
        sum += loss;
        slack += terms + (levels + 2 * test_bound(call->op, test_arithmetic(call->types.common))) * fabsl(loss) * unit;
    }
    const long double by = reduction == MEAN ? space->count : 1;
    if (reduction != NONE)
        wrong += judge_at(call, 0, sum / by, slack / by);
    return wrong;
}

/* The first tensor's shape and that of the others. */
typedef struct loss_case {
    int32_t ndim;
    int64_t first[3], others[3];
    int reduction;
} loss_case;

static int run_loss(test_subject *subject, const loss_case *c)
{
    test_call call;
    loss_space space;
    int failures = 0;
    test_call_begin(&call, subject->device, subject->op, "loss");
    for (size_t i = 0; i < call.num_args; i++) {
        if (call.op->parameters[i].kind != EXPOPS_PARAMETER_TENSOR)
            continue;
        failures += !test_call_tensor(&call, i, subject->dtype, c->ndim, i ? c->others : c->first, TEST_COMPACT, 0);
        test_draw(&call, i, &subject->random);
    }
    failures = failures || find_space(&call, &space) != EXPOPS_OK;
    call.args[reduction_of(call.op)] = expops_choice(c->reduction);
    failures = failures || test_call_infer(&call) || !test_call_output(&call, call.result.dtype, TEST_COMPACT, 0);
    const int run = failures ? failures : test_call_run(&call);
    failures = run > 0 ? run : run < 0 ? 0 : judge_loss(&call, &space, c->reduction);
    test_call_end(&call);
    return failures;
}

int test_run_losses(test_subject *subject)
{
    static const loss_case cases[] = {
        { 2, { 5, 7 }, { 5, 7 }, NONE },       { 3, { 3, 1, 5 }, { 1, 4, 1 }, NONE },
        { 3, { 3, 1, 5 }, { 1, 4, 1 }, MEAN }, { 1, { 70016 }, { 70016 }, MEAN },
        { 1, { 70016 }, { 1 }, MEAN },         { 2, { 5, 7 }, { 5, 7 }, SUM },
        { 2, { 300, 1 }, { 300, 1001 }, SUM },
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        failures += run_loss(subject, &cases[i]);
    return failures;
}
