/* The device a test binary runs on, and when its absence is a skip. */
#ifndef TEST_SESSION_H
#define TEST_SESSION_H

#include <stddef.h>
#include "expops/device.h"

enum { TEST_EXIT_SKIP = 77, TEST_EXIT_BROKEN = 99 };

/* Opens what EXPOPS_BACKEND says. A backend that is unavailable here is a skip, with its reason printed: *out_exit
 * becomes TEST_EXIT_SKIP and NULL comes back. Any other failure is one: *out_exit becomes TEST_EXIT_BROKEN. */
expops_device *test_session_open(int *out_exit);

/* EXPOPS_TEST_SHARD=k/n: every n-th operator from the k-th on, so that several processes share the work. */
typedef struct test_shard {
    size_t first, step;
} test_shard;
test_shard test_session_shard(void);

#endif
