/* What every backend must do, written once and run on each: shared by the files of this folder. */
#ifndef TEST_CONFORMANCE_H
#define TEST_CONFORMANCE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "expops/op.h"

/* The device under test, open for the whole run. */
extern expops_device *conformance_device;

/* Fails with the library's own text. */
#define assert_ok(expr) \
    do { \
        const expops_status assert_ok_status = (expr); \
        if (assert_ok_status != EXPOPS_OK) \
            fail_msg("%s: %s: %s", #expr, expops_status_name(assert_ok_status), expops_error_text()); \
    } while (0)

extern const struct CMUnitTest conformance_devices[], conformance_memory[], conformance_streams[], conformance_calls[],
    conformance_unloading[], conformance_forks[];
extern const size_t conformance_num_devices, conformance_num_memory, conformance_num_streams, conformance_num_calls,
    conformance_num_unloading, conformance_num_forks;

#endif
