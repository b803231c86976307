#include "fork.h"

/* Threads read-hold the gate while they hold any lock; a fork takes it for itself. Whoever waits for a gate must not be
 * overtaken for ever by threads that come later. */
#ifdef PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP
static const pthread_rwlock_t open_gate = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_rwlock_t gate = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
#else
static const pthread_rwlock_t open_gate = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t gate = PTHREAD_RWLOCK_INITIALIZER;
#endif
static _Thread_local unsigned held;
atomic_uint expops_fork_count;

/* All that wait, for whatever lock: waiting is rare, and one pair is easily made anew in a child. */
static pthread_mutex_t room = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t room_changed = PTHREAD_COND_INITIALIZER;

void expops_lock_acquire(expops_lock *lock)
{
    if (!held++)
        pthread_rwlock_rdlock(&gate);
    pthread_mutex_lock(&lock->mutex);
}

void expops_lock_release(expops_lock *lock)
{
    pthread_mutex_unlock(&lock->mutex);
    if (!--held)
        pthread_rwlock_unlock(&gate);
}

/* The room's own mutex may be held by another thread when a process forks; the child makes a new one. */
void expops_lock_wait(expops_lock *lock)
{
    const unsigned seen = atomic_load(&lock->changes);
    expops_lock_release(lock);
    pthread_mutex_lock(&room);
    while (atomic_load(&lock->changes) == seen)
        pthread_cond_wait(&room_changed, &room);
    pthread_mutex_unlock(&room);
    expops_lock_acquire(lock);
}

/* Counted before the room is entered: who has not begun to wait sees the count and does not. */
void expops_lock_wake(expops_lock *lock)
{
    atomic_fetch_add(&lock->changes, 1);
    pthread_mutex_lock(&room);
    pthread_cond_broadcast(&room_changed);
    pthread_mutex_unlock(&room);
}

/* With the number of forks: in a child a thread may have the same name as the parent's that took it. */
void expops_claim_take(expops_claim *claim)
{
    *claim = (expops_claim){ pthread_self(), expops_fork_generation(), 1 };
}

void expops_claim_drop(expops_claim *claim)
{
    claim->taken = 0;
}

int expops_claim_held(const expops_claim *claim)
{
    return claim->taken && claim->generation == expops_fork_generation();
}

int expops_claim_own(const expops_claim *claim)
{
    return expops_claim_held(claim) && pthread_equal(claim->owner, pthread_self());
}

/* A thread that forks while it holds a lock keeps it, and does not wait for the others: they may wait for this lock. */
static void before_fork(void)
{
    if (!held)
        pthread_rwlock_wrlock(&gate);
}

static void after_fork_in_parent(void)
{
    if (!held)
        pthread_rwlock_unlock(&gate);
}

static void after_fork_in_child(void)
{
    after_fork_in_parent(); /* for checkers of locks, to whom a lock made anew is still held */
    gate = open_gate;
    room = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    room_changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    if (held)
        pthread_rwlock_rdlock(&gate);
    atomic_fetch_add_explicit(&expops_fork_count, 1, memory_order_relaxed);
}

__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}
