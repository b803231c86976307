/* Runs an operator over its points and judges each element by the operator's bound alone: unlike the other tests' judge
 * this one grants nothing for rounded operands, since operands here are exact,
 * but where the bound itself says that terms cancel. */
#include "sweep.h"

#include <math.h>
#include <stdlib.h>

#include "answers.h"
#include "points.h"

static int is_operand(const expops_parameter *parameter)
{
    return parameter->kind == EXPOPS_PARAMETER_TENSOR || parameter->kind == EXPOPS_PARAMETER_OPERAND;
}

int sweep_applies(const expops_operator *op)
{
    const test_reference *own = test_reference_find(op->name);
    int operands = 0, others = 0;
    for (const expops_parameter *parameter = op->parameters; parameter->name; parameter++) {
        operands += is_operand(parameter);
        others += is_operand(parameter)
                      ? parameter->dtypes != 0
                      : parameter->kind != EXPOPS_PARAMETER_NUMBER && parameter->kind != EXPOPS_PARAMETER_CHOICE;
    }
    return op->family == EXPOPS_FAMILY_POINTWISE && !op->draft && own && own->element && !others &&
           (operands == 1 || operands == SWEEP_OPERANDS) && op->result != EXPOPS_RESULT_BOOL && (op->dtypes & FLOATING);
}

int sweep_num_choices(const expops_operator *op)
{
    for (const expops_parameter *parameter = op->parameters; parameter->name; parameter++)
        if (parameter->kind == EXPOPS_PARAMETER_CHOICE) {
            int count = 0;
            while (parameter->choices[count])
                count++;
            return count;
        }
    return 1;
}

/* The arguments that are no tensors: defaults; a number without one is a half. */
static void set_plain(test_call *call, size_t i, int choice)
{
    const expops_parameter *parameter = &call->op->parameters[i];
    call->args[i] = expops_none();
    if (parameter->kind == EXPOPS_PARAMETER_CHOICE)
        call->args[i] = expops_choice(choice);
    else if (!parameter->optional || !parameter->has_default)
        call->args[i] = expops_real(0.5);
}

static sweep_query ask(const sweep_subject *subject, test_call *call)
{
    sweep_query query = { .op = subject->op,
                          .own = test_reference_find(subject->op->name),
                          .dtype = subject->dtype,
                          .random = test_random_for(subject->op->name) };
    for (size_t i = 0; i < call->num_args; i++) {
        if (is_operand(&call->op->parameters[i])) {
            query.places[query.operands++] = i;
            continue;
        }
        set_plain(call, i, subject->choice);
        const expops_value value = call->args[i];
        query.arguments[i] = value.kind == EXPOPS_VALUE_REAL     ? (long double)value.as.real
                             : value.kind == EXPOPS_VALUE_CHOICE ? (long double)value.as.integer
                                                                 : (long double)call->op->parameters[i].default_value;
    }
    return query;
}

static int fill(test_call *call, const sweep_query *query, const sweep_points *points)
{
    const int64_t shape[] = { (int64_t)points->count };
    for (int i = 0; i < query->operands; i++) {
        const size_t place = query->places[i];
        if (!test_call_tensor(call, place, query->dtype, 1, shape, TEST_COMPACT, 0))
            return 0;
        for (int64_t k = 0; k < shape[0]; k++)
            if (points->is_exhaustive)
                test_array_set_bits(&call->arrays[place], k, (uint64_t)k);
            else
                test_array_set(&call->arrays[place], k, (test_value){ points->values[k][i], 0 });
    }
    return !points->is_exhausted;
}

/* A zero in place of a result below the smallest normal number, where docs/testing.md allows it. */
static int is_flushed(const test_call *call, long double exact, long double actual)
{
    const expops_dtype result = call->types.result;
    return actual == 0 && test_round(result, exact) != 0 && fabsl(exact) < test_limits_of(result).tiny &&
           result != EXPOPS_DTYPE_F16 && test_bound(call->op, result) > 0;
}

/* `slack` counts in the unit: where terms cancel it is the larger part of what the bound allows. */
static void keep_worst(sweep_worst *worst, const test_call *call, int64_t position, long double exact,
                       long double actual, long double slack)
{
    const expops_dtype result = call->types.result;
    const long double ulp = test_ulp(result, exact);
    const long double unit = slack > 0 ? ulp + slack / (long double)test_bound(call->op, result) : ulp;
    const double error = (double)(fabsl(actual - exact) / unit);
    if (!isfinite(actual) || !isfinite(test_round(result, exact)) || error <= worst->error)
        return;
    worst->error = error;
    worst->is_larger_unit = unit > 2 * ulp;
    worst->position = position;
}

static int judge_element(test_call *call, const test_reference *own, int64_t position, long double exact,
                         sweep_worst *worst)
{
    long double arguments[EXPOPS_MAX_PARAMETERS] = { 0 };
    const expops_dtype result = call->types.result;
    const double bound = test_bound(call->op, result);
    const test_value actual = test_image_get(&call->out, call->image, call->out.first + position);
    test_arguments(call, position, arguments);
    if (actual.re == 0 && test_sign_is_free(call, own, arguments, exact))
        return 0;
    if (is_flushed(call, exact, actual.re)) {
        worst->flushed++;
        return 0;
    }
    /* The answer itself is rounded to long double. */
    const long double rounding = isfinite(exact) ? fabsl(exact) * 0x1p-64L : 0;
    const long double slack = test_bound_slack(call, own, arguments, exact);
    keep_worst(worst, call, position, exact, actual.re, slack);
    if (test_close(result, actual.re, exact, bound, slack + rounding))
        return 0;
    return test_judge_report(call, position, actual, (test_value){ exact, 0 });
}

static int judge_all(test_call *call, const sweep_subject *subject)
{
    const test_reference *own = test_reference_find(call->op->name);
    const int64_t numel = test_array_numel(&call->out);
    long double *const answers = sweep_answers(subject, call);
    sweep_worst worst = { .position = 0 };
    int wrong = answers ? 0 : test_report(call, "no memory for the answers");
    for (int64_t k = 0; k < numel && answers; k++)
        wrong += judge_element(call, own, k, answers[k], &worst);
    free(answers);
    sweep_report(subject, call, &worst);
    return wrong;
}

int sweep_run(const sweep_subject *subject)
{
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "sweep");
    sweep_query query = ask(subject, &call);
    sweep_points points = sweep_points_make(&query);
    int failures = 0;
    if (!fill(&call, &query, &points))
        failures = test_report(&call, "no memory for the operands: %s", expops_error_text());
    if (!failures)
        failures = test_call_infer(&call);
    if (!failures && !test_call_output(&call, call.result.dtype, TEST_COMPACT, 0))
        failures = test_report(&call, "no memory for the output: %s", expops_error_text());
    if (!failures)
        failures = test_call_run(&call);
    if (!failures)
        failures = judge_all(&call, subject);
    test_call_end(&call);
    sweep_points_free(&points);
    return failures;
}
