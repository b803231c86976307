/* Streams and events. A NULL stream is the driver's default one. */
#include "cuhip.h"

int32_t cuhip_synchronize(expops_backend_device *device, void *stream)
{
    const char *doing = "waiting for a stream";
    cuhip_scope scope;
    cuhip_result result = cuhip_enter(device, &scope);
    if (result != 0)
        return cuhip_fail(result, CUHIP_ENTER_NAME, doing);
    result = cuhip_api.stream_synchronize(stream);
    cuhip_leave(&scope);
    return result == 0 ? EXPOPS_OK : cuhip_fail(result, cuhip_names.stream_synchronize, doing);
}

int32_t cuhip_stream_create(expops_backend_device *device, void **out_stream)
{
    const char *doing = "creating a stream";
    cuhip_stream stream = NULL;
    cuhip_scope scope;
    *out_stream = NULL;
    cuhip_result result = cuhip_enter(device, &scope);
    if (result != 0)
        return cuhip_fail(result, CUHIP_ENTER_NAME, doing);
    result = cuhip_api.stream_create(&stream, CUHIP_STREAM_NON_BLOCKING);
    cuhip_leave(&scope);
    if (result != 0)
        return cuhip_fail(result, cuhip_names.stream_create, doing);
    *out_stream = stream;
    return EXPOPS_OK;
}

void cuhip_stream_destroy(expops_backend_device *device, void *stream)
{
    cuhip_scope scope;
    if (!stream || cuhip_enter(device, &scope) != 0)
        return;
    (void)cuhip_api.stream_destroy(stream);
    cuhip_leave(&scope);
}

/* The default stream answers "implicit" while another stream that waits for it is captured: no work may go there either. */
int32_t cuhip_stream_capturing(expops_backend_device *device, void *stream, uint32_t *out_capturing)
{
    const char *doing = "asking whether a stream is being captured";
    unsigned int state = CUHIP_CAPTURE_NONE;
    cuhip_scope scope;
    *out_capturing = 0;
    if (!cuhip_api.stream_capturing)
        return EXPOPS_OK;
    cuhip_result result = cuhip_enter(device, &scope);
    if (result != 0)
        return cuhip_fail(result, CUHIP_ENTER_NAME, doing);
    result = cuhip_api.stream_capturing(stream, &state);
    cuhip_leave(&scope);
    if (result != 0 && result != CUHIP_RESULT_CAPTURE_IMPLICIT)
        return cuhip_fail(result, cuhip_names.stream_capturing, doing);
    *out_capturing = result != 0 || state != CUHIP_CAPTURE_NONE;
    return EXPOPS_OK;
}

int32_t cuhip_event_create(expops_backend_device *device, void **out_event)
{
    const char *doing = "creating an event";
    cuhip_event event = NULL;
    cuhip_scope scope;
    *out_event = NULL;
    cuhip_result result = cuhip_enter(device, &scope);
    if (result != 0)
        return cuhip_fail(result, CUHIP_ENTER_NAME, doing);
    result = cuhip_api.event_create(&event, 0);
    cuhip_leave(&scope);
    if (result != 0)
        return cuhip_fail(result, cuhip_names.event_create, doing);
    *out_event = event;
    return EXPOPS_OK;
}

void cuhip_event_destroy(expops_backend_device *device, void *event)
{
    cuhip_scope scope;
    if (!event || cuhip_enter(device, &scope) != 0)
        return;
    (void)cuhip_api.event_destroy(event);
    cuhip_leave(&scope);
}

int32_t cuhip_event_record(expops_backend_device *device, void *event, void *stream)
{
    const char *doing = "recording an event";
    cuhip_scope scope;
    cuhip_result result = cuhip_enter(device, &scope);
    if (result != 0)
        return cuhip_fail(result, CUHIP_ENTER_NAME, doing);
    result = cuhip_api.event_record(event, stream);
    cuhip_leave(&scope);
    return result == 0 ? EXPOPS_OK : cuhip_fail(result, cuhip_names.event_record, doing);
}

static cuhip_result elapsed_entered(cuhip_event start, cuhip_event stop, float *ms, const char **out_function)
{
    *out_function = cuhip_names.event_synchronize;
    cuhip_result result = cuhip_api.event_synchronize(start);
    if (result == 0)
        result = cuhip_api.event_synchronize(stop);
    if (result != 0)
        return result;
    *out_function = cuhip_names.event_elapsed;
    return cuhip_api.event_elapsed(ms, start, stop);
}

int32_t cuhip_event_elapsed(expops_backend_device *device, void *start, void *stop, uint64_t *out_ns)
{
    const char *doing = "timing", *function = CUHIP_ENTER_NAME;
    float ms = 0.0f;
    cuhip_scope scope;
    *out_ns = 0;
    cuhip_result result = cuhip_enter(device, &scope);
    if (result != 0)
        return cuhip_fail(result, function, doing);
    result = elapsed_entered(start, stop, &ms, &function);
    cuhip_leave(&scope);
    if (result != 0)
        return cuhip_fail(result, function, doing);
    *out_ns = ms > 0.0f ? (uint64_t)((double)ms * 1e6 + 0.5) : 0;
    return EXPOPS_OK;
}
