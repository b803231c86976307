#include "each_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "session.h"

/* Writes the items of this process, for which there is room; returns how many. */
static size_t plan(expops_device *device, const char *kind, uint32_t (*types_of)(const expops_operator *op),
                   test_item *items)
{
    const test_shard shard = test_session_shard();
    size_t count = 0;
    for (size_t i = shard.first; i < expops_operator_count(); i += shard.step) {
        const expops_operator *op = expops_operator_at(i);
        const uint32_t types = op->dtypes & types_of(op);
        for (int dtype = 0; dtype < EXPOPS_DTYPE_COUNT; dtype++) {
            if (!(types >> dtype & 1u))
                continue;
            test_item *it = &items[count++];
            *it = (test_item){ .device = device, .op = op, .dtype = (expops_dtype)dtype };
            snprintf(it->name, sizeof it->name, "%s/%s/%s@%s", op->name, expops_dtype_name(it->dtype), kind,
                     expops_device_name(device));
        }
    }
    return count;
}

int test_each_type(int argc, char **argv, const char *group, const char *kind,
                   uint32_t (*types_of)(const expops_operator *op), void (*run)(void **state))
{
    const size_t room = expops_operator_count() * EXPOPS_DTYPE_COUNT + 1;
    int result = 0;
    expops_device *device = test_session_open(&result);
    if (!device)
        return result;
    test_item *items = calloc(room, sizeof *items);
    struct CMUnitTest *tests = calloc(room, sizeof *tests);
    const size_t count = items && tests ? plan(device, kind, types_of, items) : 0;
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){ items[i].name, run, NULL, NULL, &items[i] };
    result = test_session_run(group, tests, count, argc > 1 ? argv[1] : NULL);
    free(tests);
    free(items);
    expops_device_close(&device);
    return result;
}
