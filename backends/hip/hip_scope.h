/* Making a device current for the length of one call, and leaving the thread as it was found. */
#ifndef HIP_SCOPE_H
#define HIP_SCOPE_H

typedef struct cuhip_scope {
    int changed, before;
} cuhip_scope;

static inline cuhip_result cuhip_enter(const expops_backend_device *device, cuhip_scope *scope)
{
    scope->changed = 0;
    cuhip_result result = cuhip_api.current_get(&scope->before);
    if (result != 0 || scope->before == device->ordinal)
        return result;
    result = cuhip_api.current_set(device->ordinal);
    scope->changed = result == 0;
    return result;
}

static inline void cuhip_leave(const cuhip_scope *scope)
{
    if (scope->changed)
        (void)cuhip_api.current_set(scope->before);
}

#endif
