/* How many threads, and which part each takes. */
#include "cpu_plan.h"

#ifdef _OPENMP
#include <omp.h>
#endif

uint32_t cpu_threads(int64_t elements, int64_t most)
{
#ifdef _OPENMP
    if (elements < 2 * CPU_PARALLEL_ELEMENTS || most < 2 || omp_in_parallel())
        return 1;
    int64_t threads = omp_get_max_threads();
    if (threads > elements / CPU_PARALLEL_ELEMENTS)
        threads = elements / CPU_PARALLEL_ELEMENTS;
    if (threads > most)
        threads = most;
    return (uint32_t)(threads < CPU_MAX_THREADS ? threads : CPU_MAX_THREADS);
#else
    return 1;
#endif
}

void cpu_parallel(uint32_t threads, int64_t count, cpu_body *body, void *context)
{
#ifdef _OPENMP
    if (threads > 1) {
        /* The runtime may give fewer threads than asked for: parts are dealt out by what it gave. */
#pragma omp parallel num_threads((int)threads)
        {
            const int64_t given = omp_get_num_threads(), thread = omp_get_thread_num();
            const int64_t part = count / given, rest = count % given;
            const int64_t first = part * thread + (thread < rest ? thread : rest);
            body(context, first, first + part + (thread < rest), (uint32_t)thread);
        }
        return;
    }
#endif
    body(context, 0, count, 0);
}
