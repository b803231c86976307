#include "session.h"

#include <stdio.h>
#include <stdlib.h>

expops_device *test_session_open(int *out_exit)
{
    const char *spec = getenv("EXPOPS_BACKEND");
    expops_device *device = NULL;
    const expops_status status = expops_device_open(NULL, &device);
    if (status == EXPOPS_OK) {
        printf("device %s: %s\n", expops_device_name(device), expops_device_get_info(device)->name);
        return device;
    }
    *out_exit = status == EXPOPS_ERR_UNAVAILABLE ? TEST_EXIT_SKIP : TEST_EXIT_BROKEN;
    printf("%s: EXPOPS_BACKEND=%s: %s\n", status == EXPOPS_ERR_UNAVAILABLE ? "skipped" : "failed",
           spec ? spec : "(unset)", expops_error_text());
    return NULL;
}

test_shard test_session_shard(void)
{
    const char *text = getenv("EXPOPS_TEST_SHARD");
    unsigned shard = 1, shards = 1;
    if (text && (sscanf(text, "%u/%u", &shard, &shards) != 2 || shard < 1 || shard > shards))
        shard = shards = 1;
    return (test_shard){ shard - 1, shards };
}
