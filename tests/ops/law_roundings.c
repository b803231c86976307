/* How wider numbers become half ones: through f32, rounded twice, as PyTorch does it. Values where a single rounding would
 * give another answer; the answers are those of PyTorch 2.13.0 on a CPU, for copy_ and for an output of another type alike. */
#include <string.h>

#include "base/error.h"
#include "cases.h"

typedef struct rounding {
    expops_dtype from, to;
    long double value, rounded;
} rounding;

static const rounding roundings[] = {
    { EXPOPS_DTYPE_F64, EXPOPS_DTYPE_F16, 1 + 0x1p-11L + 0x1p-40L, 1 },
    { EXPOPS_DTYPE_F64, EXPOPS_DTYPE_F16, 1 + 0x3p-11L - 0x1p-40L, 1 + 0x1p-9L },
    { EXPOPS_DTYPE_F64, EXPOPS_DTYPE_F16, -1 - 0x1p-11L - 0x1p-40L, -1 },
    { EXPOPS_DTYPE_F64, EXPOPS_DTYPE_F16, 0x1p-25L + 0x1p-55L, 0 },
    { EXPOPS_DTYPE_F64, EXPOPS_DTYPE_F16, 65520 - 0x1p-20L, __builtin_infl() },
    { EXPOPS_DTYPE_F64, EXPOPS_DTYPE_BF16, 1 + 0x1p-8L + 0x1p-40L, 1 },
    { EXPOPS_DTYPE_F64, EXPOPS_DTYPE_BF16, 1 + 0x3p-8L - 0x1p-40L, 1 + 0x1p-6L },
    { EXPOPS_DTYPE_I64, EXPOPS_DTYPE_BF16, 0x1p32L + 0x1p24L + 1, 0x1p32L },
    { EXPOPS_DTYPE_I64, EXPOPS_DTYPE_BF16, 0x1p32L + 0x3p24L - 1, 0x1p32L + 0x1p26L },
    { EXPOPS_DTYPE_I64, EXPOPS_DTYPE_BF16, -0x1p32L - 0x1p24L - 1, -0x1p32L },
    { EXPOPS_DTYPE_I64, EXPOPS_DTYPE_BF16, 0x1p62L + 0x1p54L + 1, 0x1p62L },
    { EXPOPS_DTYPE_I32, EXPOPS_DTYPE_BF16, 0x1p30L + 0x1p22L + 1, 0x1p30L },
    { EXPOPS_DTYPE_I32, EXPOPS_DTYPE_BF16, 0x1p30L + 0x3p22L - 1, 0x1p30L + 0x1p24L },
    { EXPOPS_DTYPE_I32, EXPOPS_DTYPE_BF16, -0x1p30L - 0x1p22L - 1, -0x1p30L },
};

int test_rounds_twice(const expops_operator *op, expops_dtype dtype)
{
    return strcmp(op->name, "copy") == 0 && (dtype == EXPOPS_DTYPE_F16 || dtype == EXPOPS_DTYPE_BF16);
}

/* The tests' own rule, by which other kinds are judged, must agree with PyTorch, too. */
static int check_rule(test_call *call, const rounding *one)
{
    const long double converted = test_convert(one->to, one->value);
    if (converted == one->rounded)
        return 0;
    return test_report(call, "the tests' rule makes %.21Lg of %.21Lg, PyTorch %.21Lg", converted, one->value,
                       one->rounded);
}

/* Numbers of one type, several times over so that vectors are full; `early` converts before the arithmetic, as self's type
 * asks, otherwise the output's type does after it. */
static int run_from(test_subject *subject, expops_dtype from, int early)
{
    const rounding *chosen[EXPOPS_COUNTOF(roundings)];
    const int64_t numel = 41;
    size_t count = 0;
    test_call call;
    for (size_t i = 0; i < EXPOPS_COUNTOF(roundings); i++)
        if (roundings[i].from == from && roundings[i].to == subject->dtype)
            chosen[count++] = roundings + i;
    if (!count)
        return 0;
    test_call_begin(&call, subject->device, subject->op,
                    early ? "two roundings of an input" : "two roundings of a result");
    int failures = !test_call_tensor(&call, 0, early ? subject->dtype : from, 1, &numel, TEST_COMPACT, 0) ||
                   !test_call_tensor(&call, 1, from, 1, &numel, TEST_COMPACT, 0);
    for (size_t i = 0; i < count; i++)
        failures += check_rule(&call, chosen[i]);
    for (int64_t k = 0; !failures && k < numel; k++)
        test_array_set(&call.arrays[1], k, (test_value){ chosen[(size_t)k % count]->value, 0 });
    failures = failures || test_call_infer(&call) || !test_call_output(&call, subject->dtype, TEST_COMPACT, 0);
    const int run = failures ? failures : test_call_run(&call);
    for (int64_t k = 0; run == 0 && k < numel; k++) {
        const test_value rounded = { chosen[(size_t)k % count]->rounded, 0 };
        const test_value actual = test_image_get(&call.out, call.image, k);
        if (actual.re != rounded.re)
            failures += test_judge_report(&call, k, actual, rounded);
    }
    test_call_end(&call);
    return run > 0 ? run : failures;
}

int test_run_roundings(test_subject *subject)
{
    static const expops_dtype wider[] = { EXPOPS_DTYPE_F64, EXPOPS_DTYPE_I64, EXPOPS_DTYPE_I32 };
    int failures = 0;
    for (size_t i = 0; i < EXPOPS_COUNTOF(wider); i++)
        for (int early = 0; early < 2; early++)
            failures += run_from(subject, wider[i], early);
    return failures;
}
