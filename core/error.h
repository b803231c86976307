/* Failing with a story: the thread's error text grows from cause to caller. */
#ifndef EXPOPS_ERROR_H
#define EXPOPS_ERROR_H

#include <stdarg.h>
#include "expops/status.h"

/* Starts a new story and returns `status`. */
expops_status expops_fail(expops_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends to the story what the caller was doing, ": " between, and returns `status`. */
expops_status expops_fail_more(expops_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for the plugins' host->error, which starts a new story each time. */
void expops_error_from_backend(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Returns early from a function of type expops_status. */
#define EXPOPS_TRY(expr) \
    do { \
        const expops_status expops_try_status_ = (expr); \
        if (expops_try_status_ != EXPOPS_OK) \
            return expops_try_status_; \
    } while (0)

#define EXPOPS_COUNTOF(array) (sizeof(array) / sizeof((array)[0]))

#endif
