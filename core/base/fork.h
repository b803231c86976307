/* Locks that are free in the child of a fork: a fork waits until no thread holds one, so that what they guard is whole
 * there, too. Never hold one while foreign code runs (a driver, an allocator of the application's): it may fork, call the
 * library, or wait for a thread that does. */
#ifndef EXPOPS_FORK_H
#define EXPOPS_FORK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

typedef struct expops_lock {
    pthread_mutex_t mutex;
    atomic_uint changes;
} expops_lock;

/* For static locks, and for others: `table->lock = (expops_lock)EXPOPS_LOCK_INIT`. Nothing to destroy. */
#define EXPOPS_LOCK_INIT \
    { \
        .mutex = PTHREAD_MUTEX_INITIALIZER \
    }

/* Locks may nest, each thread in the same order; none is recursive. */
void expops_lock_acquire(expops_lock *lock);
void expops_lock_release(expops_lock *lock);

/* Lets go of the lock, the only one held, until expops_lock_wake was called by another thread, and holds it again; may
 * return early. In the child of a fork nobody is there to wake: wait only for what carries this process's generation. */
void expops_lock_wait(expops_lock *lock);
/* With the lock held. */
void expops_lock_wake(expops_lock *lock);

/* Another number in each child of a fork. What a thread was about to finish (a claim, "being made") should record it: in
 * the child that thread does not exist, and a claim of an earlier generation is nobody's. */
extern atomic_uint expops_fork_count __attribute__((visibility("hidden")));
static inline uint32_t expops_fork_generation(void)
{
    return atomic_load_explicit(&expops_fork_count, memory_order_relaxed);
}

/* What a thread has taken upon itself to do without a lock, because foreign code runs. All with a lock held; whoever drops
 * a claim wakes those that wait for the lock. */
typedef struct expops_claim {
    pthread_t owner;
    uint32_t generation;
    int taken;
} expops_claim;
void expops_claim_take(expops_claim *claim);
void expops_claim_drop(expops_claim *claim);
/* Whether a thread of this process has it: in the child of a fork, those of before are nobody's. */
int expops_claim_held(const expops_claim *claim);
/* Whether this thread has it: foreign code calls the library back. */
int expops_claim_own(const expops_claim *claim);

#endif
