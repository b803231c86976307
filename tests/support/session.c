#include "session.h"

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The CPU, but for a level of instructions that this one lacks: its plugin that does not load must not pass for a machine without. */
static int is_always_there(const char *spec)
{
    return spec && strcmp(spec, "cpu") == 0 && !getenv("EXPOPS_CPU_LEVEL");
}

expops_device *test_session_open(int *out_exit)
{
    const char *spec = getenv("EXPOPS_BACKEND");
    expops_device *device = NULL;
    setenv("EXPOPS_BACKEND_PATH", TEST_BACKEND_PATH, 0);
    const expops_status status = expops_device_open(NULL, &device);
    if (status == EXPOPS_OK) {
        printf("device %s: %s\n", expops_device_name(device), expops_device_get_info(device)->name);
        return device;
    }
    *out_exit = status == EXPOPS_ERR_UNAVAILABLE && !is_always_there(spec) ? TEST_EXIT_SKIP : TEST_EXIT_BROKEN;
    printf("%s: EXPOPS_BACKEND=%s: %s\n", *out_exit == TEST_EXIT_SKIP ? "skipped" : "failed", spec ? spec : "(unset)",
           expops_error_text());
    return NULL;
}

int test_session_run(const char *group, const struct CMUnitTest *tests, size_t count, const char *pattern)
{
    size_t matching = 0;
    for (size_t i = 0; i < count; i++)
        matching += !pattern || fnmatch(pattern, tests[i].name, 0) == 0;
    if (!matching) {
        printf("failed: no test of %s matches '%s'\n", group, pattern ? pattern : "*");
        return TEST_EXIT_BROKEN;
    }
    if (pattern)
        cmocka_set_test_filter(pattern);
    return _cmocka_run_group_tests(group, tests, count, NULL, NULL) ? 1 : 0;
}

int test_session_main(const char *group, const struct CMUnitTest *tests, size_t count, const char *pattern,
                      expops_device **device)
{
    int result = 0;
    *device = test_session_open(&result);
    if (*device)
        result = test_session_run(group, tests, count, pattern);
    expops_device_close(device);
    return result;
}

test_shard test_session_shard(void)
{
    const char *text = getenv("EXPOPS_TEST_SHARD");
    unsigned shard = 1, shards = 1;
    if (text && (sscanf(text, "%u/%u", &shard, &shards) != 2 || shard < 1 || shard > shards))
        shard = shards = 1;
    return (test_shard){ shard - 1, shards };
}
