/* DLPack's C exchange API (version 1.3 and later of the DLPack header), field for field: what a producer's type offers as
 * `__dlpack_c_exchange_api__`. */
#ifndef PYTHON_DLPACK_H
#define PYTHON_DLPACK_H

#include "expops/tensor.h"

#define DLPACK_EXCHANGE_NAME "dlpack_exchange_api"

typedef struct dlpack_exchange {
    uint32_t version_major, version_minor;
    struct dlpack_exchange *previous; /* an older form of the table, or NULL */
    int (*allocate)(expops_tensor *prototype, expops_dl_managed_versioned **out_managed, void *context,
                    void (*set_error)(void *context, const char *kind, const char *message));
    int (*from_object)(void *object, expops_dl_managed_versioned **out_managed);
    int (*to_object)(expops_dl_managed_versioned *managed, void **out_object);
    int (*borrow)(void *object, expops_tensor *out_tensor); /* may be NULL */
    int (*current_stream)(int32_t device_type, int32_t device_id, void **out_stream);
} dlpack_exchange;

#endif
