/* Failing with a story: the thread's error text grows from the cause outwards, "caller: what it did: cause". */
#ifndef EXPOPS_ERROR_H
#define EXPOPS_ERROR_H

#include <stdint.h>
#include "expops/status.h"

/* Starts a new story and returns `status`. */
expops_status expops_fail(expops_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts what the caller was doing before the story, ": " between, and returns `status`. */
expops_status expops_fail_more(expops_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for the plugins' host->error, which starts a new story each time. */
void expops_error_from_backend(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How many stories this thread has started. Taken before a plugin's function is called, it tells afterwards whether the
 * plugin said why it failed. */
uint32_t expops_error_mark(void);
/* Fails after a plugin's function `what` returned `status`: keeps what the plugin said since `mark`, or says that it said
 * nothing. A value that is no expops_status becomes EXPOPS_ERR_BACKEND. */
expops_status expops_fail_backend(uint32_t mark, int32_t status, const char *what);

/* Returns early from a function of type expops_status. */
#define EXPOPS_TRY(expr) \
    do { \
        const expops_status expops_try_status_ = (expr); \
        if (expops_try_status_ != EXPOPS_OK) \
            return expops_try_status_; \
    } while (0)

/* The same, adding to the story what was being done. */
#define EXPOPS_TRY_SAYING(expr, ...) \
    do { \
        const expops_status expops_try_status_ = (expr); \
        if (expops_try_status_ != EXPOPS_OK) \
            return expops_fail_more(expops_try_status_, __VA_ARGS__); \
    } while (0)

#define EXPOPS_COUNTOF(array) (sizeof(array) / sizeof((array)[0]))

#endif
