/* The plugin's locks. The driver's and the compiler's code runs with them held, and may fork: a fork cannot wait for them, as it
 * waits for the core's. A child makes them anew; what they guard was begun by a thread that it does not have, and is written
 * so that it counts only when it is complete. */
#include "cuhip.h"

static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t locks[CUHIP_LOCKS] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                              PTHREAD_MUTEX_INITIALIZER };

static void begin_child(void)
{
    for (int i = 0; i < CUHIP_LOCKS; i++)
        locks[i] = fresh;
}

__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, begin_child);
}

void cuhip_lock(enum cuhip_lock_name name)
{
    pthread_mutex_lock(&locks[name]);
}

void cuhip_unlock(enum cuhip_lock_name name)
{
    pthread_mutex_unlock(&locks[name]);
}
