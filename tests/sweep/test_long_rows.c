/* Every map over rows, by long ones with infinities, NaN and huge numbers: a test for each operator and type. The device is
 * EXPOPS_BACKEND's; a pattern such as 'softmax/f32/\*' as the first argument selects tests. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "each_type.h"
#include "rows.h"

static void run(void **state)
{
    const test_item *it = *state;
    const rows_subject subject = { .device = it->device, .op = it->op, .dtype = it->dtype };
    const int failures = rows_long_run(&subject);
    if (failures < 0)
        skip();
    if (failures)
        fail_msg("%d failures in %s", failures, it->name);
}

static uint32_t types_of(const expops_operator *op)
{
    const uint32_t half = rows_depth() ? 1u << EXPOPS_DTYPE_F16 | 1u << EXPOPS_DTYPE_BF16 : 0;
    return rows_long_applies(op) ? half | 1u << EXPOPS_DTYPE_F32 : 0;
}

int main(int argc, char **argv)
{
    return test_each_type(argc, argv, "long rows", "long", types_of, run);
}
