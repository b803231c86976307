/* Plans: everything about a call that its signature decides. A thread keeps its own plans, so finding one takes no lock. */
#ifndef EXPOPS_PLAN_H
#define EXPOPS_PLAN_H

#include "base/in_call.h"
#include "kernel_table.h"
#include "problem.h"
#include "specialize.h"

enum { EXPOPS_KEY_WORDS = 2 + (EXPOPS_MAX_PARAMETERS + 1) * (3 + 2 * EXPOPS_MAX_RANK) };

/* What a signature consists of, as words: operator, device, and for each argument what plans depend on. */
typedef struct expops_plan_key {
    uint64_t hash;
    uint32_t count;
    uint64_t words[EXPOPS_KEY_WORDS];
} expops_plan_key;

typedef struct expops_plan_tensor {
    int32_t argument; /* -1: the output */
    int32_t device_type;
    int64_t shift;      /* bytes from the tensor's first element to the operand's */
    int64_t low;        /* first byte touched, from the tensor's first element */
    uint64_t bytes;     /* from there to the last one touched */
    int64_t grain;      /* bytes all strides are multiples of; 0 where there is one element */
    int64_t element;    /* bytes */
    uint32_t as_output; /* lies in memory exactly as the output does, if at the same address */
} expops_plan_tensor;

typedef struct expops_plan_number {
    int32_t argument;
    uint32_t source; /* expops_number_source */
    expops_meeting meeting;
} expops_plan_number;

typedef struct expops_plan_step {
    expops_backend_kernel *kernel; /* of `loaded`, or of the plan's offer */
    expops_loaded *loaded;
    uint32_t grid, group;
    uint32_t reads_scratch;
    uint32_t params_bytes, numbers_at;
    uint8_t *params; /* owned */
} expops_plan_step;

/* One block, as large as this plan needs: the tensors, numbers and the key follow the struct. */
typedef struct expops_plan {
    expops_later later; /* a plan that is forgotten may be in use further out */
    uint64_t hash;
    uint32_t key_count;
    uint64_t *key;
    const expops_operator *op;
    int32_t common;
    uint32_t compute;
    uint32_t empty, handles;
    uint32_t num_tensors, num_numbers, num_steps;
    uint64_t scratch_bytes;
    expops_offer offer;
    expops_plan_step step[EXPOPS_MAX_STEPS];
    expops_plan_number *number;
    expops_plan_tensor tensor[];
} expops_plan;

static inline int64_t expops_gcd(int64_t a, int64_t b)
{
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    while (b) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Never fails: what cannot be read is marked, and the key of a call that will be refused equals no plan's. */
void expops_plan_key_make(const expops_operator *op, const expops_device *device, const expops_value *args,
                          const expops_tensor *out, expops_plan_key *key);
/* The calling thread's plan, or NULL. */
expops_plan *expops_plan_find(const expops_plan_key *key);
/* Makes a plan and gives it to the calling thread. */
expops_status expops_plan_make(const expops_operator *op, expops_device *device, void *stream, const expops_value *args,
                               const expops_tensor *out, const expops_plan_key *key, expops_plan **out_plan);
/* Gives back the plan's kernels and frees it, once no call of this thread uses it. */
void expops_plan_free(expops_plan *plan);
/* The calling thread forgets all plans (tests). */
void expops_plan_forget(void);

#endif
