/* Plans: everything about a call that its signature decides, as launches over slots. What a call would give is a plan, too, of no
 * device: it has results and launches nothing. A thread keeps its own plans, so finding one takes no lock. */
#ifndef EXPOPS_PLAN_H
#define EXPOPS_PLAN_H

#include "base/in_call.h"
#include "specialize/kernel_table.h"
#include "draft/problem.h"
#include "specialize/list.h"
#include "specialize/specialize.h"

/* A call as it was made, every argument present. */
typedef struct expops_plan_call {
    const expops_operator *op;
    expops_device *device; /* NULL where only the results are wanted */
    void *stream;
    const expops_value *args;
    const expops_tensor *outs;
    size_t num_outs;
} expops_plan_call;

/* What is known of a signature before there is a plan: what it consists of as words (operator, device, and for each argument what
 * plans depend on), hashed and counted. */
typedef struct expops_plan_key {
    uint64_t hash;
    uint32_t count;
} expops_plan_key;

/* A pointer that launches get: an operand of a leaf, or temporary memory. */
typedef struct expops_plan_tensor {
    uint32_t source; /* expops_plan_source: where the call has its descriptor */
    uint32_t index;  /* of the argument or output */
    uint32_t item;   /* of a list */
    int32_t device_type;
    int64_t shift;   /* bytes from the tensor's first element to the operand's; into the temporary memory */
    int64_t low;     /* first byte touched, from the tensor's first element */
    uint64_t bytes;  /* from there to the last one touched */
    int64_t grain;   /* bytes all strides are multiples of; 0 where there is one element */
    int64_t element; /* bytes */
} expops_plan_tensor;

enum expops_plan_source { EXPOPS_PLAN_ARGUMENT, EXPOPS_PLAN_OUTPUT, EXPOPS_PLAN_LIST, EXPOPS_PLAN_TEMPORARY };

/* Two of the tensors whose memory may not cross, one of them written. */
typedef struct expops_plan_pair {
    uint32_t out, in;             /* of the plan's tensors */
    expops_pointer *to, *from;    /* what this call has for them */
    uint32_t alike;               /* the same elements, where they start at one address: then all is well */
    int64_t delta;                /* from the distance of the two pointers to that of the first bytes touched */
    uint64_t out_bytes, in_bytes; /* touched */
} expops_plan_pair;

typedef struct expops_plan_number {
    int32_t argument;
    uint32_t source;  /* expops_number_source: _VALUE or _TENSOR */
    uint32_t compute; /* of the leaf */
    uint32_t index;   /* among the leaf's numbers */
    uint32_t plain;   /* never refused, a value, and launched: only to be stored */
    uint32_t single;  /* a value, launched, and computed with as an f32: one in its range is only to be stored */
    uint8_t *to;      /* in the params of a step; NULL where nothing is launched, and the number only checked */
    expops_meeting meeting;
} expops_plan_number;

typedef struct expops_plan_step {
    expops_backend_kernel *kernel; /* of `loaded`, or of the offer */
    expops_loaded *loaded;
    expops_offer offer;
    expops_launch launch; /* as the backend gets it at each call */
    uint32_t
        apart; /* offered, without numbers and scratch memory, and writes what no other such step reads or writes */
    uint32_t tensors;    /* its first one among the plan's */
    uint32_t numbers_at; /* in params */
} expops_plan_step;

/* The launch's params, which are the step's own. */
static inline uint8_t *expops_plan_params(const expops_plan_step *step)
{
    return (uint8_t *)(uintptr_t)step->launch.params;
}

/* Where a thread keeps a plan, which may be another one by now. */
typedef struct expops_plan_place {
    struct expops_plan **slot; /* of the thread's own store, which is there until the thread ends; NULL: none */
    uint64_t serial;           /* of the plan */
} expops_plan_place;

typedef struct expops_plan {
    expops_later later;       /* a plan that is forgotten may be in use further out */
    uint64_t hash, device_id; /* 0: of none */
    uint64_t serial;          /* in the order in which the thread kept them */
    uint32_t num_words;       /* of the key */
    const expops_operator *op;
    size_t num_outs;
    int32_t common;
    uint32_t handles;
    uint32_t num_tensors, num_numbers, num_pairs, num_steps;
    uint32_t max_tensors, max_numbers, max_pairs, max_steps;
    uint64_t scratch_bytes;
    expops_plan_step *step;
    expops_plan_number *number;
    expops_plan_tensor *tensor;
    expops_plan_pair *pair;
    uint32_t whole[EXPOPS_MAX_OUTPUTS]; /* 1 + the tensor that is all of an output, 0 where there is none */
    expops_pointer *pointer;            /* one for each tensor: those of the call that goes on */
    uint32_t num_results, aliased;
    expops_plan_place next; /* of results on a device: of the call that came to fill them last */
    expops_result
        *results; /* behind the key; behind them, where it is `aliased`, the view that the first is of argument 0 */
    uint64_t key[];
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

/* The calling thread's plan, or NULL and the key that it would have. Never fails: what cannot be read is marked, and the key of
 * a call that will be refused is no plan's. */
expops_plan *expops_plan_find(const expops_plan_call *call, expops_plan_key *key);
/* The same of a call without a device and outputs. */
expops_plan *expops_plan_find_results(const expops_plan_call *call, expops_plan_key *key);
/* Of a call on a device whose outputs are to be made: the results. */
expops_plan *expops_plan_find_new(const expops_plan_call *call, expops_plan_key *key);
/* The place of a plan that the calling thread keeps. */
expops_plan_place expops_plan_place_of(const expops_plan *plan);
/* Makes a plan and gives it to the calling thread. */
expops_status expops_plan_make(const expops_plan_call *call, const expops_plan_key *key, expops_plan **out_plan);
/* Gives back the plan's kernels and frees it, once no call of this thread uses it. */
void expops_plan_free(expops_plan *plan);
/* The calling thread forgets all plans (tests). */
void expops_plan_forget(void);

#endif
