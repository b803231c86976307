/* What `by_terms` grants: roundings of an element's operands, or of all of them where the result is their sum. */
#include "judge.h"

static long double size_of(const test_array *array, int64_t position)
{
    const test_value value = test_array_get(array, test_array_index(array, array->ndim, array->shape, position));
    const long double size = hypotl(value.re, value.im);
    return isfinite(size) ? size : 0;
}

/* The sizes of a tensor's elements, added up. */
static long double size_of_all(const test_array *array)
{
    const int64_t numel = test_array_numel(array);
    long double sum = 0;
    for (int64_t k = 0; k < numel; k++)
        sum += size_of(array, k);
    return sum;
}

static long double largest_of(const test_array *array)
{
    const int64_t numel = test_array_numel(array);
    long double largest = 0;
    for (int64_t k = 0; k < numel; k++)
        largest = fmaxl(largest, size_of(array, k));
    return largest;
}

static int meets_result(const test_call *call, const test_array *array)
{
    int meets = array->ndim <= call->result.ndim;
    for (int32_t d = 0; meets && d < array->ndim; d++) {
        const int64_t size = array->shape[array->ndim - 1 - d];
        meets = size == 1 || size == call->result.shape[call->result.ndim - 1 - d];
    }
    return meets;
}

test_terms test_terms_of(const test_call *call)
{
    test_terms terms = { .levels = 1 };
    const int sums = call->result.ndim == 0;
    for (size_t i = 0; i < call->num_args && call->op->bound.by_terms; i++) {
        const test_array *array = &call->arrays[i];
        if (array->host && sums) {
            terms.sizes += size_of_all(array);
            terms.levels = fmaxl(terms.levels, 1 + test_levels(test_array_numel(array)));
        } else if (array->host && !meets_result(call, array)) {
            terms.sizes += largest_of(array);
        } else if (array->host || call->op->parameters[i].kind == EXPOPS_PARAMETER_NUMBER) {
            terms.of_element |= UINT32_C(1) << i;
        }
    }
    return terms;
}

long double test_terms_slack(const test_call *call, const test_terms *terms, int64_t position)
{
    long double sizes = terms->sizes;
    for (size_t i = 0; i < call->num_args; i++)
        if (terms->of_element >> i & 1) {
            const long double size = fabsl(test_argument(call, i, position));
            sizes += isfinite(size) ? size : 0;
        }
    return terms->levels * sizes * test_rounding(call->types.common);
}
