/* Memory for the time of a call. */
#include "scratch.h"
#include <string.h>
#include "base/error.h"

expops_status expops_scratch_take(expops_device *device, const expops_allocator *allocator, void *stream,
                                  uint64_t bytes, expops_pointer *scratch)
{
    memset(scratch, 0, sizeof *scratch);
    if (!allocator->allocate) {
        const int32_t status = device->api->allocate(device->backend, stream, bytes, scratch);
        return status
                   ? expops_fail_more((expops_status)status, "scratch memory of %llu bytes", (unsigned long long)bytes)
                   : EXPOPS_OK;
    }
    /* An application's allocator knows nothing of handles: what it gives is an address. */
    scratch->device_type = device->info.device_types[0];
    scratch->data = allocator->allocate(allocator->context, stream, bytes);
    return scratch->data ? EXPOPS_OK
                         : expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "the allocator gave no scratch memory of %llu bytes",
                                       (unsigned long long)bytes);
}

void expops_scratch_give(expops_device *device, const expops_allocator *allocator, void *stream, uint64_t bytes,
                         const expops_pointer *scratch)
{
    if (allocator->allocate)
        allocator->release(allocator->context, stream, scratch->data, bytes);
    else
        device->api->release(device->backend, stream, scratch);
}
