/* Quotients that a half type holds where a divisor's reciprocal is none of its normal numbers: at the type's ends. Judged by
 * the operator's reference. */
#include <math.h>
#include <string.h>

#include "cases.h"

int test_divides_halves(const expops_operator *op, expops_dtype dtype)
{
    return strcmp(op->name, "addcdiv") == 0 && (dtype == EXPOPS_DTYPE_F16 || dtype == EXPOPS_DTYPE_BF16);
}

static void set_pair(test_call *call, int64_t k, long double self, long double numerator, long double divisor)
{
    test_array_set(&call->arrays[0], k, (test_value){ self, 0 });
    test_array_set(&call->arrays[1], k, (test_value){ numerator, 0 });
    test_array_set(&call->arrays[2], k, (test_value){ divisor, 0 });
}

/* Every divisor with every quotient, which may be 0; one that the type cannot hold becomes infinite in either. */
static int64_t set_pairs(test_call *call, expops_dtype dtype)
{
    const test_limits limits = test_limits_of(dtype);
    const long double divisors[] = { limits.max,      limits.max / 2,  limits.max / 8,  limits.tiny * 2,
                                     limits.tiny,     limits.tiny / 2, limits.tiny / 4, limits.denormal * 3,
                                     limits.denormal, 0x1p-100L,       0x1p100L,        3 };
    const long double quotients[] = { 0, 1, -1.5L, 0.375L, 1000, sqrtl(limits.max), limits.max / 64, limits.tiny * 64 };
    int64_t count = 0;
    for (size_t i = 0; i < sizeof(divisors) / sizeof(divisors[0]); i++)
        for (size_t j = 0; j < sizeof(quotients) / sizeof(quotients[0]); j++) {
            const long double divisor = test_round(dtype, i & 1 ? -divisors[i] : divisors[i]);
            const long double numerator = test_round(dtype, divisor * quotients[j]);
            if (divisor != 0 && isfinite(divisor) && isfinite(numerator))
                set_pair(call, count++, quotients[j] == 0 ? 3 : 0, numerator, divisor);
        }
    return count;
}

int test_run_quotients(test_subject *subject)
{
    const int64_t room = 100;
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "quotients at the type's ends");
    int failures = 0;
    for (size_t i = 0; i < 3; i++)
        failures += !test_call_tensor(&call, i, subject->dtype, 1, &room, TEST_COMPACT, 0);
    for (int64_t k = failures ? room : set_pairs(&call, subject->dtype); k < room; k++)
        set_pair(&call, k, 0, 1, 2);
    failures = failures || test_call_infer(&call) || !test_call_output(&call, subject->dtype, TEST_COMPACT, 0);
    const int run = failures ? failures : test_call_run(&call);
    if (run == 0)
        failures = test_judge_pointwise(&call, test_reference_find(subject->op->name));
    test_call_end(&call);
    return run > 0 ? run : failures;
}
