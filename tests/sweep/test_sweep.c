/* Every pointwise operator with a floating result over its whole domain, against MPFR: a test for each operator and
 * type. The device is EXPOPS_BACKEND's; a pattern such as 'silu/f32/\*' as the first argument selects tests. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "each_type.h"
#include "sweep.h"

static void run(void **state)
{
    const test_item *it = *state;
    sweep_subject subject = { .device = it->device, .op = it->op, .dtype = it->dtype };
    int failures = 0;
    for (; subject.choice < sweep_num_choices(subject.op); subject.choice++) {
        const int result = sweep_run(&subject);
        if (result < 0)
            skip();
        failures += result;
    }
    if (failures)
        fail_msg("%d failures in %s", failures, it->name);
}

static uint32_t types_of(const expops_operator *op)
{
    return sweep_applies(op) ? FLOATING : 0;
}

int main(int argc, char **argv)
{
    return test_each_type(argc, argv, "sweep", "sweep", types_of, run);
}
