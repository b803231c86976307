/* Orders of dimensions by their definition. Over sizes that no box of a kernel divides: rows that begin at any alignment, thin ones,
 * several dimensions in a run of the input, of the output, or of both. Over such that consist of whole words, from aligned memory to
 * aligned memory: woven together or apart, or staying neighbours. */
#include <string.h>

#include "cases.h"

typedef struct turn_case {
    int32_t ndim;
    int64_t shape[5], dims[5];
    int aligned;
} turn_case;

static const turn_case turns[] = {
    { 2, { 131, 277 }, { 1, 0 }, 0 },
    { 2, { 3, 6001 }, { 1, 0 }, 0 },
    { 2, { 6001, 3 }, { 1, 0 }, 0 },
    { 3, { 3, 83, 91 }, { 2, 1, 0 }, 0 },
    { 3, { 83, 91, 3 }, { 1, 0, 2 }, 0 },
    { 4, { 5, 37, 3, 43 }, { 3, 1, 2, 0 }, 0 },
    { 2, { 512, 128 }, { 1, 0 }, 1 },
    { 2, { 700, 301 }, { 1, 0 }, 0 },
    { 2, { 328, 520 }, { 1, 0 }, 1 },
    { 2, { 301, 256 }, { 1, 0 }, 0 },
    { 3, { 3, 257, 300 }, { 0, 2, 1 }, 1 },
    { 3, { 300, 3, 257 }, { 2, 1, 0 }, 1 },
    { 4, { 2, 64, 17, 19 }, { 0, 2, 3, 1 }, 1 },
    { 4, { 2, 17, 20, 64 }, { 0, 3, 1, 2 }, 0 },
    { 3, { 50, 32, 32 }, { 0, 2, 1 }, 1 },
    { 3, { 64, 40, 96 }, { 2, 1, 0 }, 1 },
    { 3, { 7, 4, 960 }, { 0, 2, 1 }, 1 },
    { 3, { 7, 960, 4 }, { 0, 2, 1 }, 1 },
    { 3, { 9, 2, 480 }, { 0, 2, 1 }, 1 },
    { 3, { 9, 480, 2 }, { 0, 2, 1 }, 1 },
    { 2, { 2000, 16 }, { 1, 0 }, 1 },
    { 3, { 90, 12, 32 }, { 1, 0, 2 }, 1 },
    { 4, { 3, 30, 8, 72 }, { 0, 3, 2, 1 }, 1 },
};

int test_turns(const expops_operator *op, expops_dtype dtype)
{
    const int a_type_of_each_size =
        dtype == EXPOPS_DTYPE_I8 || dtype == EXPOPS_DTYPE_I16 || dtype == EXPOPS_DTYPE_F32 || dtype == EXPOPS_DTYPE_I64;
    return strcmp(op->name, "permute") == 0 && a_type_of_each_size;
}

static int64_t place_in_self(const test_call *call, const turn_case *c, int64_t position)
{
    const test_array *self = &call->arrays[0];
    int64_t place[5], at = 0;
    for (int32_t d = c->ndim - 1; d >= 0; position /= call->out.shape[d], d--)
        place[c->dims[d]] = position % call->out.shape[d];
    for (int32_t d = 0; d < c->ndim; d++)
        at = at * self->shape[d] + place[d];
    return at;
}

static int judge(test_call *call, const turn_case *c, int64_t position)
{
    const test_array *self = &call->arrays[0], *out = &call->out;
    const int64_t from = place_in_self(call, c, position);
    const test_value expected = test_array_get(self, test_array_index(self, self->ndim, self->shape, from));
    const test_value actual = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, position));
    if (actual.re == expected.re)
        return 0;
    return test_report(call, "element %lld is %Lg; expected %Lg", (long long)position, actual.re, expected.re);
}

static int run_turn(test_subject *subject, const turn_case *c, enum test_layout layout)
{
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "dimensions in another order");
    int ok = test_call_tensor(&call, 0, subject->dtype, c->ndim, c->shape, layout, !c->aligned);
    for (int64_t k = 0; ok && k < test_array_numel(&call.arrays[0]); k++)
        test_array_set(&call.arrays[0], test_array_index(&call.arrays[0], c->ndim, c->shape, k),
                       test_random_element(&subject->random, subject->dtype, -100, 100));
    if (ok)
        test_call_ints(&call, 1, c->dims, (uint32_t)c->ndim);
    ok = ok && test_call_infer(&call) == 0 && test_call_output(&call, subject->dtype, TEST_COMPACT, !c->aligned);
    int failures = ok ? test_call_run(&call) : test_report(&call, "the call cannot be made");
    for (int64_t k = 0; !failures && k < test_array_numel(&call.out); k++)
        failures += judge(&call, c, k);
    test_call_end(&call);
    return failures > 0 ? failures : 0;
}

/* From memory without gaps, and from rows that are apart. */
int test_run_turns(test_subject *subject)
{
    int failures = 0;
    for (size_t i = 0; i < sizeof(turns) / sizeof(*turns); i++)
        failures += run_turn(subject, turns + i, i % 2 && !turns[i].aligned ? TEST_SLICED : TEST_COMPACT);
    return failures;
}
