/* A thread's scratch memory hangs on a key of the threads library: thread-local variables of a library that is loaded late are
 * allocated at their first use, and where that fails the process ends. */
#include "cpu_scratch.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_key_t key;

cpu_scratch *cpu_scratch_new(void)
{
    return aligned_alloc(_Alignof(cpu_scratch), sizeof(cpu_scratch));
}

void cpu_scratch_free(cpu_scratch *scratch)
{
    free(scratch);
}

int cpu_scratch_prepare(void)
{
    static int made;

    if (!made)
        made = !pthread_key_create(&key, free);
    return !made;
}

cpu_scratch *cpu_scratch_mine(void)
{
    cpu_scratch *scratch = pthread_getspecific(key);

    if (scratch)
        return scratch;
    scratch = cpu_scratch_new();
    if (scratch && pthread_setspecific(key, scratch)) {
        free(scratch);
        return NULL;
    }
    return scratch;
}
