/* The threads that share a call's work, beside the one that calls. They belong to the process and serve every device. */
#ifndef CPU_POOL_H
#define CPU_POOL_H

#include "cpu_scratch.h"

enum { CPU_MAX_THREADS = 256 };

/* Does the parts [first, last) of a call's work, in whatever thread has claimed them. */
typedef void cpu_body(void *context, int64_t first, int64_t last, cpu_scratch *scratch);

/* Device opens and closes are counted: the threads end with the last one. Returns an expops_status; it allocates nothing
 * that a failure leaves behind. */
int32_t cpu_pool_open(void);
void cpu_pool_close(void);

/* Calls `body` with pieces of [0, count), each of at most `chunk`, until all are done. The caller takes pieces itself; up to
 * `threads` - 1 others help, as far as they are free and no more than `limit` threads are at work in the process. A thread that
 * has not begun is not waited for. */
void cpu_pool_run(uint32_t threads, uint32_t limit, int64_t count, int64_t chunk, cpu_body *body, void *context,
                  cpu_scratch *scratch);

#endif
