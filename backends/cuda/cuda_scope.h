/* Making a device current for the length of one call, and leaving the thread as it was found. */
#ifndef CUDA_SCOPE_H
#define CUDA_SCOPE_H

typedef struct cuhip_scope {
    int pushed;
} cuhip_scope;

static inline cuhip_result cuhip_enter(const expops_backend_device *device, cuhip_scope *scope)
{
    cuda_context current = NULL;
    scope->pushed = 0;
    cuhip_result result = cuhip_api.context_get(&current);
    if (result != 0 || current == device->context)
        return result;
    result = cuhip_api.context_push(device->context);
    scope->pushed = result == 0;
    return result;
}

static inline void cuhip_leave(const cuhip_scope *scope)
{
    cuda_context popped;
    if (scope->pushed)
        (void)cuhip_api.context_pop(&popped);
}

#endif
