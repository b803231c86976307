/* Whether this processor has matrix instructions, and the system lets the process use them. */
#include "cpu_weigh.h"

#if defined(CPU_MATRIX)
#include <cpuid.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { AMX_BF16 = 1u << 22, AMX_TILE = 1u << 24, TILE_STATE = 3u << 17 };
enum { ASK_PERMISSION = 0x1023, TILE_DATA = 18 }; /* ARCH_REQ_XCOMP_PERM of asm/prctl.h, which may be older */

extern const cpu_weigh_functions cpu_weighing_by_matrix;
static int permitted;

static int system_keeps_tiles(void)
{
    uint32_t low, high;

    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & TILE_STATE) == TILE_STATE;
}

int cpu_has_matrix(const cpu_level *level)
{
    unsigned a, b, c, d;

    return !strcmp(level->name, "x86-64-v4") && __builtin_cpu_supports("avx512bf16") &&
           __get_cpuid_count(7, 0, &a, &b, &c, &d) && d & AMX_BF16 && d & AMX_TILE && system_keeps_tiles();
}

/* For the process and all its threads, once: frames of signals grow by it, so whoever needs no tiles does not ask. */
static void ask(void)
{
    permitted = !syscall(SYS_arch_prctl, ASK_PERMISSION, TILE_DATA);
}

const cpu_weigh_functions *cpu_weigh_by_matrix(const cpu_level *level)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    if (!cpu_has_matrix(level))
        return NULL;
    pthread_once(&once, ask);
    return permitted ? &cpu_weighing_by_matrix : NULL;
}
#else
int cpu_has_matrix(const cpu_level *level)
{
    (void)level;
    return 0;
}

const cpu_weigh_functions *cpu_weigh_by_matrix(const cpu_level *level)
{
    (void)level;
    return NULL;
}
#endif
