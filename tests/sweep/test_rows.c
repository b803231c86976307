/* Every operator over rows and every loss, by rows of all lengths and kinds: a test for each operator and type. The device is
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
    const int failures = rows_run(&subject);
    if (failures < 0)
        skip();
    if (failures)
        fail_msg("%d failures in %s", failures, it->name);
}

/* Sums of many f64 are judged by 113 bits, or not at all. */
#ifdef ORACLE_HAS_QUAD
enum { JUDGED = FLOATING };
#else
enum { JUDGED = FLOATING & ~(1 << EXPOPS_DTYPE_F64) };
#endif

static uint32_t types_of(const expops_operator *op)
{
    return !rows_applies(op) ? 0 : rows_depth() ? (uint32_t)JUDGED : 1u << EXPOPS_DTYPE_F32;
}

int main(int argc, char **argv)
{
    return test_each_type(argc, argv, "rows", "rows", types_of, run);
}
