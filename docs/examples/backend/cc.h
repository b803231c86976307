/* What the two halves of the skeleton share. */
#ifndef CC_H
#define CC_H

#include <expops/backend.h>

#define CC_COMPILER "/usr/bin/cc"

/* Values of expops_status (expops/status.h) that this plugin returns. */
enum { CC_ERR_UNAVAILABLE = 400, CC_ERR_NO_MEMORY = 401, CC_ERR_BACKEND = 402, CC_ERR_COMPILE = 600 };

extern const expops_host_api *cc_host;

int32_t cc_compile(expops_backend_device *device, const expops_source *source, expops_image *out_image);
void cc_release_image(expops_image *image);
int32_t cc_load(expops_backend_device *device, const void *image, size_t bytes, const char *entry,
                expops_backend_kernel **out_kernel);
void cc_unload(expops_backend_device *device, expops_backend_kernel *kernel);
int32_t cc_launch(expops_backend_device *device, expops_backend_kernel *kernel, void *stream,
                  const expops_launch *launch);

#endif
