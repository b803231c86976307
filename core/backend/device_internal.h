/* Opening devices. Called without the runtime lock: it runs a backend's code. */
#ifndef EXPOPS_DEVICE_INTERNAL_H
#define EXPOPS_DEVICE_INTERNAL_H

#include "device.h"
#include "plugin.h"

/* --- device.c --- */

/* The device of that number, opened or counted once more. */
expops_status expops_device_acquire(expops_plugin *plugin, uint32_t ordinal, expops_device **out_device);
void expops_device_release(expops_device *device);
/* One that is not there, of a backend that was asked who it is. */
expops_status expops_device_imagine(const expops_plugin *plugin, const char *target, uint32_t compute_units,
                                    expops_device **out_device);

/* --- choose.c --- */

/* The first device that `spec` allows and that opens; counted. */
expops_status expops_device_choose(const char *spec, expops_device **out_device);

#endif
