/* Memory that a call takes for its time, from the application's allocator or, without one, the backend's. */
#ifndef EXPOPS_SCRATCH_H
#define EXPOPS_SCRATCH_H

#include "backend/device.h"

expops_status expops_scratch_take(expops_device *device, const expops_allocator *allocator, void *stream,
                                  uint64_t bytes, expops_pointer *scratch);
/* To where it came from: `allocator` is the one that it was taken with. */
void expops_scratch_give(expops_device *device, const expops_allocator *allocator, void *stream, uint64_t bytes,
                         const expops_pointer *scratch);

#endif
