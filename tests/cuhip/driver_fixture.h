/* What test_driver.c asks the plugin and the scripted driver with, and the two vendors' names for what it asks about. */
#ifndef DRIVER_FIXTURE_H
#define DRIVER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "expops/status.h"
#include "fake_driver.h"

static const expops_backend_api *api;
static expops_backend_device *device; /* ordinal 1 */
static void *const some_stream = (void *)0x77;

#if defined(CUDA_NAMES_H)
#define SYMBOL(cuda, hip) cuda
#else
#define SYMBOL(cuda, hip) hip
#endif
#define LAUNCH SYMBOL("cuLaunchKernel", "hipModuleLaunchKernel")
#define ENTER SYMBOL("cuCtxPushCurrent_v2", "hipSetDevice")
#define CAPTURING SYMBOL("cuStreamIsCapturing", "hipStreamIsCapturing")
#define LOAD SYMBOL("cuModuleLoadData", "hipModuleLoadData")
#define FUNCTION SYMBOL("cuModuleGetFunction", "hipModuleGetFunction")

static inline int reset(void **state)
{
    fake_reset();
    return 0;
}

static inline uint32_t probe(int32_t expected)
{
    uint32_t count = 99;
    plugin_host_clear();
    assert_int_equal(api->probe(&count), expected);
    return count;
}

static inline void assert_cause(uint32_t cause, const char *part)
{
    const char *sentence = plugin_host_sentence(cause);
    assert_non_null(sentence);
    assert_non_null(strstr(sentence, part));
}

static inline void assert_error(const char *part)
{
    if (!strstr(host_state.error, part))
        print_error("no \"%s\" in \"%s\"\n", part, host_state.error);
    assert_non_null(strstr(host_state.error, part));
}

#endif
