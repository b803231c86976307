/* What must hold of an operator whose reference would be its own formula again. */
#include <stdlib.h>
#include <string.h>

#include "cases.h"

static int permutes(const expops_operator *op, expops_dtype dtype)
{
    return strcmp(op->name, "permute_copy") == 0;
}

/* Runs one permutation of `from` and returns the elements in row-major order, or NULL. */
static test_value *permuted(test_subject *subject, const test_array *from, const int64_t *dims, int64_t *out_shape,
                            int *failures)
{
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "permutation");
    const int64_t numel = test_array_numel(from);
    test_value *values = malloc((size_t)numel * sizeof(*values));
    int ok = values && test_call_tensor(&call, 0, from->dtype, from->ndim, from->shape, TEST_SLICED, 1);
    for (int64_t k = 0; ok && k < numel; k++)
        test_array_set(&call.arrays[0], test_array_index(&call.arrays[0], from->ndim, from->shape, k),
                       test_array_get(from, test_array_index(from, from->ndim, from->shape, k)));
    test_call_ints(&call, 1, dims, (uint32_t)from->ndim);
    ok = ok && test_call_infer(&call) == 0 && test_call_output(&call, call.result.dtype, TEST_COMPACT, 0);
    const int run = ok ? test_call_run(&call) : 1;
    *failures += run > 0;
    for (int64_t k = 0; run == 0 && k < numel; k++)
        values[k] = test_image_get(&call.out, call.image, test_array_index(&call.out, from->ndim, call.out.shape, k));
    memcpy(out_shape, call.result.shape, (size_t)from->ndim * sizeof(int64_t));
    test_call_end(&call);
    if (run == 0)
        return values;
    free(values);
    return NULL;
}

/* There and back again gives the original; once alone does not, and element (i, j, k) lands where dims say. */
static int run_permutation(test_subject *subject)
{
    static const int64_t shape[] = { 33, 5, 40 }, there[] = { 2, 0, -2 }, back[] = { 1, 2, 0 };
    int64_t middle_shape[3], end_shape[3];
    int failures = 0;
    test_array start, middle;
    memset(&middle, 0, sizeof(middle));
    if (!test_array_make(&start, subject->device, subject->dtype, 3, shape, TEST_COMPACT, 0))
        return 1;
    for (int64_t k = 0; k < start.stored; k++)
        test_array_set(&start, k, (test_value){ (long double)(k % 113), (long double)(k % 7) });
    test_value *once = permuted(subject, &start, there, middle_shape, &failures);
    if (once && test_array_make(&middle, subject->device, subject->dtype, 3, middle_shape, TEST_COMPACT, 0)) {
        const int64_t numel = test_array_numel(&start);
        for (int64_t k = 0; k < numel; k++)
            test_array_set(&middle, k, once[k]);
        test_value *twice = permuted(subject, &middle, back, end_shape, &failures);
        for (int64_t k = 0; twice && k < numel; k++) {
            const int64_t i = k / 200, j = k / 40 % 5, l = k % 40;
            const test_value original = test_array_get(&start, k);
            failures += twice[k].re != original.re || twice[k].im != original.im;
            failures += once[(l * 33 + i) * 5 + j].re != original.re;
        }
        free(twice);
    }
    free(once);
    test_array_free(&middle);
    test_array_free(&start);
    return failures;
}

const test_kind test_law_kinds[] = {
    { "permutation", permutes, run_permutation, 0 },
    { NULL, NULL, NULL, 0 },
};
