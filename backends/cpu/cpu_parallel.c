/* How many threads a kernel's work is worth, and how large the pieces are that they take. */
#include "cpu_plan.h"

enum {
    PIECE_ELEMENTS = 16384, /* worth claiming */
    PIECES_EACH = 16,       /* at most so many for a thread: a late one still finds some, and the last ends soon */
};

uint32_t cpu_threads(const cpu_kernel *kernel, int64_t most)
{
    int64_t threads = kernel->cores->threads;

    if (kernel->work < 2 * CPU_PARALLEL_ELEMENTS || most < 2 || threads < 2 || cpu_cores_in_use(kernel->cores))
        return 1;
    if (threads > kernel->work / CPU_PARALLEL_ELEMENTS)
        threads = kernel->work / CPU_PARALLEL_ELEMENTS;
    return (uint32_t)(threads < most ? threads : most);
}

void cpu_parallel(const cpu_kernel *kernel, uint32_t threads, int64_t count, cpu_body *body, void *context,
                  cpu_scratch *scratch)
{
    if (threads < 2) {
        body(context, 0, count, scratch);
        return;
    }
    const int64_t each = kernel->work / count + 1, worth = (PIECE_ELEMENTS + each - 1) / each;
    const int64_t fair = count / (threads * PIECES_EACH);
    cpu_pool_run(threads, kernel->cores->threads, count, worth > fair ? worth : fair, body, context, scratch);
}
