/* Kernels on a device: those made from text, which plans share and which are kept for later plans, and those the backend
 * offered for one plan. A plan holds its kernels; one that is held is never unloaded while the device is open. No lock is held
 * while the backend's code runs. Thread-safe. */
#ifndef EXPOPS_KERNEL_TABLE_H
#define EXPOPS_KERNEL_TABLE_H

#include "backend/device.h"
#include "specialize.h"

/* --- kernel_table.c, kernel_make.c: made from text --- */

typedef struct expops_loaded expops_loaded;

/* The kernel of one step: loaded already, else from disk, else compiled; made once however many threads ask. `capturing`
 * forbids loading: EXPOPS_ERR_CAPTURE. Held until it is released. NULL of a target, whose kernels are only kept on disk. */
expops_status expops_kernel_get(expops_device *device, const expops_problem *problem, const expops_step *step,
                                int capturing, expops_loaded **out_loaded);
expops_backend_kernel *expops_kernel_of(const expops_loaded *loaded); /* NULL of NULL */
/* Also after the device was closed. NULL is accepted. */
void expops_kernel_release(expops_loaded *loaded);
/* More kernels are loaded than there should be, because plans hold them: the caller should forget some. */
int expops_kernels_crowded(const expops_loaded *loaded);

/* --- kernel_offer.c: the backend's own --- */

/* What a plan keeps of an offer; not to be moved while it holds one. */
typedef struct expops_offer {
    expops_backend_kernel *kernel;
    struct expops_kernel_table
        *table;    /* NULL: there is nothing to give back, or no longer, for the device was closed */
    uint32_t part; /* which of the table's lists it is in */
    struct expops_offer *before, *after;
} expops_offer;

/* A kernel of the backend's own for the signature, and what memory each launch of it needs; offer->kernel is NULL where it declines.
 * `offer` is zeros before. */
expops_status expops_kernel_ask(expops_device *device, const expops_signature *signature, expops_offer *offer,
                                uint64_t *out_scratch_bytes);
/* The first offer gets a kernel that does what those of all did, and the others become zeros, if the backend makes one. */
expops_status expops_kernel_join(expops_device *device, expops_offer *const *offers, uint32_t count, int *out_joined);
/* Also after the device was closed, or where there was no offer. */
void expops_kernel_give_back(expops_offer *offer);

#endif
