/* Kernels loaded on a device, by the content they were made from. */
#ifndef EXPOPS_KERNEL_TABLE_H
#define EXPOPS_KERNEL_TABLE_H

#include "device.h"
#include "specialize.h"

/* The kernel of one step: loaded already, else from disk, else compiled; made once however many threads ask. `capturing`
 * forbids loading: EXPOPS_ERR_CAPTURE. The kernel lives as long as the device. Thread-safe. */
expops_status expops_kernel_get(expops_device *device, const expops_problem *problem, const expops_step *step,
                                int capturing, expops_backend_kernel **out_kernel);

/* A kernel of the backend's own for the signature; *out_kernel NULL where it declines. Give it back with the next. */
expops_status expops_kernel_ask(expops_device *device, const expops_signature *signature,
                                expops_backend_kernel **out_kernel);
/* `table` is the device's at the time of asking; the device itself may be closed by now. */
void expops_kernel_give_back(struct expops_kernel_table *table, expops_backend_kernel *kernel);

#endif
