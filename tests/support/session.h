/* The device a test binary runs on, and when its absence is a skip. */
#ifndef TEST_SESSION_H
#define TEST_SESSION_H

#include <stddef.h>
#include "expops/device.h"

enum { TEST_EXIT_SKIP = 77, TEST_EXIT_BROKEN = 99 };

/* Opens what EXPOPS_BACKEND says, from this build's plugins where EXPOPS_BACKEND_PATH is not set. A backend that is unavailable here is a skip, with its reason printed: *out_exit
 * becomes TEST_EXIT_SKIP and NULL comes back. Any other failure is one: *out_exit becomes TEST_EXIT_BROKEN. */
expops_device *test_session_open(int *out_exit);

/* Runs the tests whose names match `pattern` (* and ?), all where it is NULL. Returns the program's exit status; where none
 * matches, nothing was proved, and that is TEST_EXIT_BROKEN. */
struct CMUnitTest;
int test_session_run(const char *group, const struct CMUnitTest *tests, size_t count, const char *pattern);

/* Both, of a program's own tests: they find the device in *device, which is closed behind them. */
int test_session_main(const char *group, const struct CMUnitTest *tests, size_t count, const char *pattern,
                      expops_device **device);

/* EXPOPS_TEST_SHARD=k/n: every n-th operator from the k-th on, so that several processes share the work. */
typedef struct test_shard {
    size_t first, step;
} test_shard;
test_shard test_session_shard(void);

#endif
