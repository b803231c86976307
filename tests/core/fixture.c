#include "fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

expops_device *fixture_device;

int fixture_open(void **state)
{
    setenv("EXPOPS_CACHE", "memory", 1); /* or compilations would be missing that an earlier run made */
    null_backend_reset();
    null_backend.max_group = 1024;
    if (expops_register_backend(null_backend_query) != EXPOPS_OK)
        return 1;
    return expops_device_open("null", &fixture_device) != EXPOPS_OK;
}

int fixture_close(void **state)
{
    expops_device_close(&fixture_device);
    return 0;
}

void fixture_make(fixture_tensor *made, uintptr_t address, expops_dtype dtype, const int64_t *shape)
{
    memset(made, 0, sizeof *made);
    while (shape[made->tensor.ndim] >= 0) {
        made->shape[made->tensor.ndim] = shape[made->tensor.ndim];
        made->tensor.ndim++;
    }
    expops_contiguous_strides(made->tensor.ndim, made->shape, made->strides);
    made->tensor.data = (void *)address;
    made->tensor.device.device_type = EXPOPS_DL_CPU;
    made->tensor.dtype = expops_dtype_to_dl(dtype);
    made->tensor.shape = made->shape;
    made->tensor.strides = made->strides;
}

const char *fixture_define(const char *name)
{
    static char value[128];
    char wanted[64];
    snprintf(wanted, sizeof wanted, "#define %s ", name);
    const char *found = strstr(null_backend.source, wanted);
    value[0] = 0;
    if (found)
        sscanf(found + strlen(wanted), "%127[^\n]", value);
    return value;
}
