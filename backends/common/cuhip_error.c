/* What the driver says, as a sentence and a status. */
#include "cuhip.h"

#include <stdarg.h>
#include <stdio.h>

/* Results that the driver repeats for every later call of the process. */
static int is_sticky(cuhip_result result)
{
    return result == CUHIP_RESULT_ILLEGAL_ADDRESS || result == CUHIP_RESULT_LAUNCH_TIMEOUT ||
           result == CUHIP_RESULT_ASSERT || (result >= CUHIP_RESULT_FAULT_FIRST && result <= CUHIP_RESULT_FAULT_LAST);
}

static const char *advice_of(cuhip_result result)
{
    if (result == CUHIP_RESULT_OUT_OF_MEMORY)
        return "; free device memory or use smaller tensors";
    if (is_sticky(result))
        return "; a kernel launched earlier failed, and the device stays unusable until the process ends";
    if (result >= CUHIP_RESULT_CAPTURE_FIRST && result <= CUHIP_RESULT_CAPTURE_LAST)
        return "; this is not allowed while a stream is being captured";
    return "";
}

static int32_t status_of(cuhip_result result)
{
    if (result == CUHIP_RESULT_OUT_OF_MEMORY)
        return EXPOPS_ERR_OUT_OF_MEMORY;
    if (result >= CUHIP_RESULT_CAPTURE_FIRST && result <= CUHIP_RESULT_CAPTURE_LAST)
        return EXPOPS_ERR_CAPTURE;
    return EXPOPS_ERR_BACKEND;
}

int32_t cuhip_fail(cuhip_result result, const char *function, const char *doing)
{
    const char *name = NULL, *text = NULL;
    cuhip_vendor_error(result, &name, &text);
    cuhip_host->error("%s: %s failed with %s (%u): %s%s", doing, function, name ? name : "an unknown code", result,
                      text ? text : "no text", advice_of(result));
    return status_of(result);
}

int32_t cuhip_stop(uint32_t cause, const char *format, ...)
{
    char text[7000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cuhip_host->cause(cause, "%s", text);
    cuhip_host->error("%s", text);
    return EXPOPS_ERR_UNAVAILABLE;
}

void cuhip_trail_add(cuhip_trail *trail, const char *format, ...)
{
    const size_t room = sizeof trail->text - trail->used;
    va_list args;
    va_start(args, format);
    const int wrote = vsnprintf(trail->text + trail->used, room, format, args);
    va_end(args);
    if (wrote > 0)
        trail->used += (size_t)wrote < room ? (size_t)wrote : room - 1;
}
