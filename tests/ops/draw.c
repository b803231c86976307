/* What the kinds of cases share: types, values, arguments that are no tensors. */
#include "cases.h"

#include <stdlib.h>

int test_depth(const expops_device *device)
{
    const char *depth = getenv("EXPOPS_TEST_DEPTH");
    if (depth && depth[0] >= '0' && depth[0] <= '2')
        return depth[0] - '0';
    return expops_device_get_info(device)->caps & EXPOPS_CAP_HOST ? 2 : 1;
}

int test_is_deep(const expops_device *device)
{
    return test_depth(device) == 2;
}

expops_dtype test_first_dtype(uint32_t dtypes)
{
    static const expops_dtype preferred[] = { EXPOPS_DTYPE_F32, EXPOPS_DTYPE_I32 };
    for (size_t i = 0; i < sizeof(preferred) / sizeof(preferred[0]); i++)
        if (dtypes >> preferred[i] & 1)
            return preferred[i];
    int dtype = 0;
    while (dtype < EXPOPS_DTYPE_COUNT && !(dtypes >> dtype & 1))
        dtype++;
    return (expops_dtype)dtype;
}

expops_dtype test_parameter_dtype(const expops_parameter *parameter, expops_dtype dtype)
{
    if (!parameter->dtypes || parameter->dtypes >> dtype & 1)
        return dtype;
    return test_first_dtype(parameter->dtypes);
}

void test_draw(test_call *call, size_t index, test_random *random)
{
    test_array *array = &call->arrays[index];
    expops_samples range = index < 4 ? call->op->samples[index] : (expops_samples){ 0, 0 };
    if (range.low == range.high)
        range = (expops_samples){ -5, 5 };
    const int64_t numel = test_array_numel(array);
    for (int64_t k = 0; k < numel; k++)
        test_array_set(array, test_array_index(array, array->ndim, array->shape, k),
                       test_random_element(random, array->dtype, (long double)range.low, (long double)range.high));
}

static expops_value small_number(expops_dtype dtype, int variant)
{
    static const double reals[] = { 0.5, 1.25, 2, 3, 4.5, 6, 7 }; /* exact in every type; the next number is larger */
    if (dtype == EXPOPS_DTYPE_BOOL)
        return expops_bool(variant & 1);
    return test_is_integer(dtype) ? expops_int(1 + variant) : expops_real(reals[variant % 7]);
}

void test_plain_argument(test_call *call, size_t index, expops_dtype dtype, int variant)
{
    const expops_parameter *parameter = &call->op->parameters[index];
    call->args[index] = expops_none();
    switch (parameter->kind) {
    case EXPOPS_PARAMETER_NUMBER:
        if (!parameter->optional || !parameter->has_default || variant) /* neighbours get different numbers */
            call->args[index] = small_number(dtype, variant + (int)index);
        else if (test_is_integer(dtype) && test_limits_of(dtype).lowest == 0 &&
                 parameter->default_value < 0) /* a limit that unsigned types do not take */
            call->args[index] = expops_int(0);
        break;
    case EXPOPS_PARAMETER_OPERAND:
        call->args[index] = small_number(dtype, variant);
        break;
    case EXPOPS_PARAMETER_BOOL:
        if (!parameter->optional || variant)
            call->args[index] = expops_bool(variant & 1);
        break;
    case EXPOPS_PARAMETER_INT:
        if (!parameter->optional)
            call->args[index] = expops_int(0);
        break;
    case EXPOPS_PARAMETER_CHOICE: {
        int count = 0;
        while (parameter->choices[count])
            count++;
        call->args[index] = expops_choice(variant % count);
        break;
    }
    default:
        break;
    }
}
