/* Every operator over rows and every loss, by rows of all lengths and kinds: a test for each operator and type. The device is
 * EXPOPS_BACKEND's; a pattern such as 'softmax/f32/\*' as the first argument selects tests. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "rows.h"
#include "session.h"

typedef struct item {
    char name[96];
    rows_subject subject;
} item;

static void run(void **state)
{
    const item *it = *state;
    const int failures = rows_run(&it->subject);
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

/* Writes the tests of this process to `items`, which has room for all; returns how many. */
static size_t plan(expops_device *device, item *items)
{
    const uint32_t dtypes = rows_depth() ? (uint32_t)JUDGED : 1u << EXPOPS_DTYPE_F32;
    const test_shard shard = test_session_shard();
    size_t count = 0;
    for (size_t i = shard.first; i < expops_operator_count(); i += shard.step) {
        const expops_operator *op = expops_operator_at(i);
        for (int dtype = 0; dtype < EXPOPS_DTYPE_COUNT && rows_applies(op); dtype++) {
            if (!(op->dtypes & dtypes & 1u << dtype))
                continue;
            item *it = &items[count++];
            it->subject = (rows_subject){ .device = device, .op = op, .dtype = (expops_dtype)dtype };
            snprintf(it->name, sizeof it->name, "%s/%s/rows@%s", op->name, expops_dtype_name((expops_dtype)dtype),
                     expops_device_name(device));
        }
    }
    return count;
}

static int run_all(expops_device *device, const char *pattern)
{
    const size_t room = expops_operator_count() * EXPOPS_DTYPE_COUNT + 1;
    item *items = calloc(room, sizeof *items);
    struct CMUnitTest *tests = calloc(room, sizeof *tests);
    const size_t count = items && tests ? plan(device, items) : 0;
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){ items[i].name, run, NULL, NULL, &items[i] };
    const int result = test_session_run("rows", tests, count, pattern);
    free(tests);
    free(items);
    return result;
}

int main(int argc, char **argv)
{
    int result = 0;
    expops_device *device = test_session_open(&result);
    if (!device)
        return result;
    result = run_all(device, argc > 1 ? argv[1] : NULL);
    expops_device_close(&device);
    return result;
}
