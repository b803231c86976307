/* The device a test binary runs on, and when its absence is a skip. */
#ifndef TEST_SESSION_H
#define TEST_SESSION_H

#include "expops/device.h"

enum { TEST_EXIT_SKIP = 77, TEST_EXIT_BROKEN = 99 };

/* Opens what EXPOPS_BACKEND says. A backend that is unavailable here is a skip, with its reason printed: *out_exit
 * becomes TEST_EXIT_SKIP and NULL comes back. Any other failure is one: *out_exit becomes TEST_EXIT_BROKEN. */
expops_device *test_session_open(int *out_exit);

#endif
