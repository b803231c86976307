/* Every pointwise operator with a floating result over its whole domain, against MPFR: a test for each operator and
 * type. The device is EXPOPS_BACKEND's; a pattern such as 'silu/f32/\*' as the first argument selects tests. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "session.h"
#include "sweep.h"

typedef struct item {
    char name[96];
    sweep_subject subject;
} item;

static void run(void **state)
{
    const item *it = *state;
    sweep_subject subject = it->subject;
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

/* Writes the tests of this process to `items`, which has room for all; returns how many. */
static size_t plan(expops_device *device, item *items)
{
    const test_shard shard = test_session_shard();
    size_t count = 0;
    for (size_t i = shard.first; i < expops_operator_count(); i += shard.step) {
        const expops_operator *op = expops_operator_at(i);
        for (int dtype = 0; dtype < EXPOPS_DTYPE_COUNT && sweep_applies(op); dtype++) {
            if (!(op->dtypes & FLOATING & 1u << dtype))
                continue;
            item *it = &items[count++];
            it->subject = (sweep_subject){ .device = device, .op = op, .dtype = (expops_dtype)dtype };
            snprintf(it->name, sizeof(it->name), "%s/%s/sweep@%s", op->name, expops_dtype_name((expops_dtype)dtype),
                     expops_device_name(device));
        }
    }
    return count;
}

static int run_all(expops_device *device, const char *pattern)
{
    const size_t room = expops_operator_count() * EXPOPS_DTYPE_COUNT + 1;
    item *items = calloc(room, sizeof(*items));
    struct CMUnitTest *tests = calloc(room, sizeof(*tests));
    const size_t count = items && tests ? plan(device, items) : 0;
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){ items[i].name, run, NULL, NULL, &items[i] };
    const int result = test_session_run("sweep", tests, count, pattern);
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
