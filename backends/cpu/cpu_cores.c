/* The processors that the process may use: its affinity mask, and what a control group grants it of their time. */
#include "cpu_cores.h"
#include "cpu_pool.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MASK_BITS = 8192, PATH_BYTES = 512 };

static uint32_t processors(void)
{
    unsigned long mask[MASK_BITS / (8 * sizeof(unsigned long))];
    uint32_t count = 0;

    memset(mask, 0, sizeof(mask));
    if (sched_getaffinity(0, sizeof(mask), (cpu_set_t *)mask))
        return 1;
    for (size_t i = 0; i < sizeof(mask) / sizeof(mask[0]); i++)
        count += (uint32_t)__builtin_popcountl(mask[i]);
    return count ? count : 1;
}

/* The process's group in the unified hierarchy, "" where there is none. */
static void read_group(char *group)
{
    char line[PATH_BYTES];
    FILE *const file = fopen("/proc/self/cgroup", "re");

    group[0] = '\0';
    while (file && fgets(line, sizeof(line), file))
        if (!strncmp(line, "0::/", 4)) {
            line[strcspn(line, "\n")] = '\0';
            strcpy(group, line + 3);
        }
    if (file)
        fclose(file);
}

/* Processors' worth of time a group may use, `most` where it is not limited. */
static uint32_t granted(const char *group, uint32_t most)
{
    char path[PATH_BYTES + 32];
    long long quota, period;

    snprintf(path, sizeof(path), "/sys/fs/cgroup%s/cpu.max", group);
    FILE *const file = fopen(path, "re");
    const int limited = file && fscanf(file, "%lld %lld", &quota, &period) == 2 && quota > 0 && period > 0;
    if (file)
        fclose(file);
    const long long whole = limited ? (quota + period - 1) / period : most;
    return whole < most ? (uint32_t)whole : most;
}

static uint32_t usable(void)
{
    char group[PATH_BYTES];
    uint32_t count = processors();

    read_group(group);
    for (;;) {
        char *const end = strrchr(group, '/');
        count = granted(group, count);
        if (!end)
            return count < CPU_MAX_THREADS ? count : CPU_MAX_THREADS;
        *end = '\0';
    }
}

static void find_runtimes(const expops_host_api *host, cpu_cores *cores)
{
    static const char *const names[CPU_OPENMP_RUNTIMES] = { "libgomp.so.1", "libomp.so.5", "libiomp5.so" };

    for (int i = 0; host->open_library && i < CPU_OPENMP_RUNTIMES; i++) {
        void *const library = host->open_library(names[i], 1, NULL);
        *(void **)&cores->in_parallel[i] = library ? host->library_symbol(library, "omp_in_parallel") : NULL;
    }
}

int cpu_cores_choose(const expops_host_api *host, const char *wanted, cpu_cores *out_cores)
{
    char *end = NULL;
    const unsigned long number = wanted && *wanted >= '0' && *wanted <= '9' ? strtoul(wanted, &end, 10) : 0;

    if (wanted && (!end || *end || number < 1 || number > CPU_MAX_THREADS)) {
        host->error("EXPOPS_CPU_THREADS is '%s', which is no number of threads from 1 to %d", wanted, CPU_MAX_THREADS);
        return 0;
    }
    memset(out_cores, 0, sizeof(*out_cores));
    out_cores->threads = wanted ? (uint32_t)number : usable();
    find_runtimes(host, out_cores);
    return 1;
}

int cpu_cores_in_use(const cpu_cores *cores)
{
    for (int i = 0; i < CPU_OPENMP_RUNTIMES; i++)
        if (cores->in_parallel[i] && cores->in_parallel[i]())
            return 1;
    return 0;
}
