/* A pool of threads. A worker is its entry in a table that is never freed: whoever calls reserves idle ones, offers each the
 * call's work and takes pieces itself. When none are left it withdraws the offers that nobody has taken, which is why a thread that
 * the system does not schedule costs nothing, and waits for the others to end their last piece.
 *
 * A child of fork has the table, but none of the threads: it starts anew. Nothing is locked while a call runs. */
#include "cpu_pool.h"
#include "cpu_wait.h"
#include "expops/status.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    STACK_BYTES = 256 << 10, /* frames here take some kilobytes; the rest is the C library's, for thread-local data */
    MOST_STACK_BYTES = 16 << 20,
    MOST_MISSES = 4,        /* a helper that comes too late again and again is woken once in 16 calls */
    REFUSED_NS = 500000000, /* until a refused thread is asked for again */
};

/* The call owns the worker from RESERVED on, until it makes it idle again. */
enum worker_state {
    ABSENT, /* no thread */
    IDLE,
    ASLEEP, /* idle, in the kernel */
    RESERVED,
    OFFERED,
    TAKEN,
    AWAITED, /* taken, and the call waits in the kernel */
    DONE,
    DONE_ASLEEP,
    ENDING,
};

typedef struct work {
    cpu_body *body;
    void *context;
    int64_t count, chunk;
    int cpu;                /* where the call runs */
    _Atomic int64_t next;   /* of [0, count): what nobody has claimed begins here */
    struct worker *helpers; /* whom it was offered to */
} work;

typedef struct worker {
    _Alignas(64) _Atomic uint32_t state;
    work *work;
    struct worker *next_helper;
    int helped;      /* with the last work it took */
    uint32_t misses; /* works that were over before it came, one after the other */
    uint32_t passed; /* works since that it was not woken for */
    cpu_scratch *scratch;
    pthread_t thread;
} worker;

static worker workers[CPU_MAX_THREADS - 1];
static _Atomic uint32_t num_workers; /* the first so many have a thread */
static _Atomic uint32_t running;     /* threads at work: calls, and the workers they have reserved */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* opening, closing, starting threads */
static uint32_t users;
static int watches_forks;
static int64_t refused_until;

/* Returns whether there were any. */
static int do_pieces(work *work, cpu_scratch *scratch)
{
    const int64_t chunk = work->chunk, count = work->count;

    for (int some = 0;; some = 1) {
        const int64_t first = atomic_fetch_add_explicit(&work->next, chunk, memory_order_relaxed);
        if (first >= count)
            return some;
        work->body(work->context, first, count - first < chunk ? count : first + chunk, scratch);
    }
}

/* --- in a worker's thread --- */

/* Whether there was an offer, which is now taken; otherwise the thread is to end. It polls before it sleeps where `polls` says that
 * this is worth it. */
static int take_offer(worker *self, int polls)
{
    for (;;) {
        const uint32_t state = atomic_load_explicit(&self->state, memory_order_acquire);
        if (state == ENDING)
            return 0;
        if (state == OFFERED) {
            if (cpu_turn(&self->state, OFFERED, TAKEN))
                return 1;
        } else if (state == ASLEEP || state == DONE_ASLEEP) {
            cpu_wait_while(&self->state, state);
            polls = 0;
        } else if (state == RESERVED) {
            cpu_changes(&self->state, state);
        } else if (!polls || !cpu_changes(&self->state, state)) {
            cpu_turn(&self->state, state, state == IDLE ? ASLEEP : DONE_ASLEEP);
        }
    }
}

static void *serve(void *given)
{
    worker *const self = given;
    int helps = 1;

    while (take_offer(self, helps)) {
        /* On the call's own processor a helper would only keep it from its work. */
        helps = sched_getcpu() != self->work->cpu;
        self->helped = helps && do_pieces(self->work, self->scratch);
        if (atomic_exchange_explicit(&self->state, DONE, memory_order_acq_rel) == AWAITED)
            cpu_wake(&self->state);
    }
    return NULL;
}

/* --- in the calling thread --- */

/* Waking takes longer than small works do, and is in vain where others have the processor. */
static int worth_waking(worker *w)
{
    if (w->passed++ < (1u << w->misses) - 1)
        return 0;
    w->passed = 0;
    return 1;
}

static int reserve(worker *w, work *work)
{
    uint32_t state = atomic_load_explicit(&w->state, memory_order_relaxed);

    while (state == IDLE || state == ASLEEP)
        if (atomic_compare_exchange_weak_explicit(&w->state, &state, RESERVED, memory_order_acquire,
                                                  memory_order_relaxed)) {
            if (state == ASLEEP && !worth_waking(w)) {
                atomic_store_explicit(&w->state, ASLEEP, memory_order_release);
                return 0;
            }
            w->work = work;
            w->next_helper = work->helpers;
            work->helpers = w;
            atomic_store_explicit(&w->state, OFFERED, memory_order_release);
            if (state == ASLEEP)
                cpu_wake(&w->state);
            return 1;
        }
    return 0;
}

/* With a stack of a size of its own, whatever the process's limit is, and no signals: handlers are the application's. */
static int create_thread(worker *w)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    int status = EINVAL;

    if (pthread_attr_init(&attributes))
        return ENOMEM;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    /* EINVAL: the process has more thread-local data than fits. */
    for (size_t bytes = STACK_BYTES; status == EINVAL && bytes <= MOST_STACK_BYTES; bytes *= 4)
        if (!pthread_attr_setstacksize(&attributes, bytes))
            status = pthread_create(&w->thread, &attributes, serve, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return status;
}

static int start(worker *w)
{
    if (!w->scratch)
        w->scratch = cpu_scratch_new();
    if (!w->scratch)
        return 0;
    w->misses = w->passed = 0;
    atomic_store_explicit(&w->state, IDLE, memory_order_release);
    if (!create_thread(w))
        return 1;
    atomic_store_explicit(&w->state, ABSENT, memory_order_relaxed);
    return 0;
}

/* One more worker, up to `most`. A system that refuses is left in peace for a while; calls go on with fewer. */
static worker *grow(uint32_t most)
{
    worker *added = NULL;

    if (atomic_load_explicit(&num_workers, memory_order_relaxed) >= most || pthread_mutex_trylock(&lock))
        return NULL;
    const uint32_t count = atomic_load_explicit(&num_workers, memory_order_relaxed);
    if (count < most && cpu_now_ns() >= refused_until) {
        if (start(&workers[count])) {
            added = &workers[count];
            atomic_store_explicit(&num_workers, count + 1, memory_order_release);
        } else {
            refused_until = cpu_now_ns() + REFUSED_NS;
        }
    }
    pthread_mutex_unlock(&lock);
    return added;
}

/* Returns how many were found. */
static uint32_t recruit(work *work, uint32_t wanted, uint32_t most)
{
    const uint32_t count = atomic_load_explicit(&num_workers, memory_order_acquire);
    uint32_t found = 0;
    worker *added;

    for (uint32_t i = 0; found < wanted && i < count; i++)
        found += (uint32_t)reserve(&workers[i], work);
    while (found < wanted && (added = grow(most)))
        found += (uint32_t)reserve(added, work);
    return found;
}

/* A worker whose offer is gone is in its last piece. */
static void dismiss(worker *w)
{
    w->misses += w->misses < MOST_MISSES;
    if (cpu_turn(&w->state, OFFERED, IDLE))
        return;
    if (!cpu_changes(&w->state, TAKEN) && cpu_turn(&w->state, TAKEN, AWAITED))
        while (atomic_load_explicit(&w->state, memory_order_acquire) == AWAITED)
            cpu_wait_while(&w->state, AWAITED);
    if (w->helped)
        w->misses = 0;
    if (!cpu_turn(&w->state, DONE, IDLE))
        cpu_turn(&w->state, DONE_ASLEEP, ASLEEP);
}

void cpu_pool_run(uint32_t threads, uint32_t limit, int64_t count, int64_t chunk, cpu_body *body, void *context,
                  cpu_scratch *scratch)
{
    work work = { .body = body, .context = context, .count = count, .chunk = chunk, .cpu = sched_getcpu() };
    const uint32_t busy = atomic_fetch_add_explicit(&running, 1, memory_order_relaxed) + 1;
    const uint32_t room = limit > busy ? limit - busy : 0;
    const uint32_t helpers = recruit(&work, threads - 1 < room ? threads - 1 : room, limit - 1);

    atomic_fetch_add_explicit(&running, helpers, memory_order_relaxed);
    do_pieces(&work, scratch);
    for (worker *w = work.helpers, *next; w; w = next) {
        next = w->next_helper;
        dismiss(w);
    }
    atomic_fetch_sub_explicit(&running, helpers + 1, memory_order_relaxed);
}

/* --- the pool as a whole --- */

/* In the child of a fork: its only thread is in no call. What workers had stays theirs. */
static void forget_threads(void)
{
    pthread_mutex_init(&lock, NULL);
    for (uint32_t i = 0; i < CPU_MAX_THREADS - 1; i++)
        atomic_store_explicit(&workers[i].state, ABSENT, memory_order_relaxed);
    atomic_store_explicit(&num_workers, 0, memory_order_relaxed);
    atomic_store_explicit(&running, 0, memory_order_relaxed);
    refused_until = 0;
}

int32_t cpu_pool_open(void)
{
    pthread_mutex_lock(&lock);
    if (!watches_forks)
        watches_forks = !cpu_scratch_prepare() && !pthread_atfork(NULL, NULL, forget_threads);
    users += (uint32_t)watches_forks;
    const int32_t status = watches_forks ? EXPOPS_OK : EXPOPS_ERR_OUT_OF_MEMORY;
    pthread_mutex_unlock(&lock);
    return status;
}

static void end(worker *w)
{
    atomic_store_explicit(&w->state, ENDING, memory_order_release);
    cpu_wake(&w->state);
    pthread_join(w->thread, NULL);
    atomic_store_explicit(&w->state, ABSENT, memory_order_relaxed);
}

void cpu_pool_close(void)
{
    pthread_mutex_lock(&lock);
    if (!--users) {
        const uint32_t count = atomic_exchange_explicit(&num_workers, 0, memory_order_relaxed);
        for (uint32_t i = 0; i < count; i++)
            end(&workers[i]);
        for (uint32_t i = 0; i < CPU_MAX_THREADS - 1; i++) {
            cpu_scratch *const scratch = workers[i].scratch;
            workers[i].scratch = NULL; /* first: a child of fork may find either */
            cpu_scratch_free(scratch);
        }
    }
    pthread_mutex_unlock(&lock);
}
