/* A file of its own: whatever finds, chooses or opens takes the lock, and none of these should need another for it. */
#include "runtime_lock.h"

#include "base/fork.h"

/* One for all: it is held for the time of a few assignments, and never while foreign code runs. */
static expops_lock lock = EXPOPS_LOCK_INIT;

void expops_runtime_lock(void)
{
    expops_lock_acquire(&lock);
}

void expops_runtime_unlock(void)
{
    expops_lock_release(&lock);
}

void expops_runtime_wait(void)
{
    expops_lock_wait(&lock);
}

void expops_runtime_wake(void)
{
    expops_lock_wake(&lock);
}
