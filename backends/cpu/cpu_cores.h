/* How many threads a device's calls may use. */
#ifndef CPU_CORES_H
#define CPU_CORES_H

#include "expops/backend.h"

enum { CPU_OPENMP_RUNTIMES = 3 };

typedef struct cpu_cores {
    uint32_t threads;
    /* omp_in_parallel of the OpenMP runtimes that the application has loaded */
    int (*in_parallel[CPU_OPENMP_RUNTIMES])(void);
} cpu_cores;

/* `wanted` is the setting's text, or NULL: the processors that the process may use. Returns 0 where it is wrong. */
int cpu_cores_choose(const expops_host_api *host, const char *wanted, cpu_cores *out_cores);
/* The application computes in several threads of its own, of which this is one. */
int cpu_cores_in_use(const cpu_cores *cores);

#endif
