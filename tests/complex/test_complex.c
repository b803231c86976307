/* Every operator that takes complex numbers, over a grid of real and imaginary parts, against MPC and C's Annex G: a test for
 * each operator and type. The device is EXPOPS_BACKEND's; a pattern such as 'exp/c64/\*' as the first argument selects
 * tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "each_type.h"
#include "grid.h"
#include "points.h"

enum { PAIRS = 3000 };

static int is_tensor(const expops_parameter *parameter)
{
    return parameter->kind == EXPOPS_PARAMETER_TENSOR || parameter->kind == EXPOPS_PARAMETER_OPERAND;
}

/* Of several operands every fifth is equal to the one before it. */
static void fill(test_call *call, size_t index, const test_value *points, int64_t count, test_random *random)
{
    const expops_dtype dtype = call->arrays[index].dtype;
    for (int64_t k = 0; k < count; k++) {
        const int repeats = index > 0 && k % 5 == 0 && call->arrays[index - 1].dtype == dtype;
        test_value value = points ? points[k] : complex_point_any(dtype, random);
        if (repeats)
            value = test_array_get(&call->arrays[index - 1], k);
        if (!test_is_complex(dtype))
            value = (test_value){ (long double)(k % 2), 0 };
        test_array_set(&call->arrays[index], k, value);
    }
}

/* Arguments that are no tensors are defaults or, the second time, an ordinary number. */
static int build(const test_item *it, test_call *call, const test_value *points, int64_t count, int variant)
{
    test_random random = test_random_for(it->name);
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_parameter *parameter = &it->op->parameters[i];
        call->args[i] = expops_none();
        if (parameter->kind == EXPOPS_PARAMETER_NUMBER && variant) {
            call->complexes[i][0] = 0.5;
            call->complexes[i][1] = -2;
            call->args[i] = expops_complex(call->complexes[i]);
        }
        if (!is_tensor(parameter))
            continue;
        const expops_dtype dtype = parameter->dtypes ? EXPOPS_DTYPE_BOOL : it->dtype;
        const int64_t elements = call->op->samples[i].scalar ? 1 : count;
        if (!test_call_tensor(call, i, dtype, call->op->samples[i].scalar ? 0 : 1, &count, TEST_COMPACT, 0))
            return 0;
        fill(call, i, points, elements, &random);
    }
    return 1;
}

static int run_call(const test_item *it, const complex_referee *referee, const test_value *points, int64_t count,
                    int variant)
{
    test_call call;
    test_call_begin(&call, it->device, it->op, "complex numbers");
    int failures = 0;
    if (!build(it, &call, points, count, variant))
        failures = test_report(&call, "no memory for the operands: %s", expops_error_text());
    if (!failures)
        failures = test_call_infer(&call);
    if (!failures && !test_call_output(&call, call.result.dtype, TEST_COMPACT, 0))
        failures = test_report(&call, "no memory for the output: %s", expops_error_text());
    if (!failures)
        failures = test_call_run(&call);
    if (!failures)
        failures = complex_judge(&call, referee);
    test_call_end(&call);
    return failures;
}

/* The tensors whose elements are read, and whether a number stands beside them. */
static int count_operands(const expops_operator *op, int *has_number)
{
    int count = 0;
    *has_number = 0;
    for (const expops_parameter *parameter = op->parameters; parameter->name; parameter++) {
        count += is_tensor(parameter);
        *has_number |= parameter->kind == EXPOPS_PARAMETER_NUMBER;
    }
    return count;
}

static void run(void **state)
{
    const test_item *it = *state;
    if (it->op->arithmetic == EXPOPS_ARITHMETIC_BITS)
        return; /* nothing is computed */
    const complex_referee *referee = complex_referee_find(it->op->name);
    if (!referee)
        fail_msg("tests/complex/referee.c does not say what %s does to complex numbers", it->op->name);
    if (referee->kind == COMPLEX_MADE)
        return;
    static test_value points[COMPLEX_MOST_POINTS];
    test_random random = test_random_for(it->name);
    int has_number;
    const int is_unary = count_operands(it->op, &has_number) == 1;
    const int count = is_unary ? complex_points(it->dtype, &random, points) : PAIRS;
    for (int variant = 0; variant <= has_number; variant++) {
        const int failures = run_call(it, referee, is_unary ? points : NULL, count, variant);
        if (failures < 0)
            skip();
        if (failures)
            fail_msg("%d failures in %s", failures, it->name);
    }
}

/* Points of a grid are elements; of rows and recipes PyTorch's answers are what is known. */
static uint32_t types_of(const expops_operator *op)
{
    return test_is_elementwise(op) || complex_referee_find(op->name) ? COMPLEX : 0;
}

int main(int argc, char **argv)
{
    return test_each_type(argc, argv, "complex", "grid", types_of, run);
}
