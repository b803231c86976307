/* A launch that is worth several threads, in memory of its own: y = a * b and the least element of a. */
#ifndef TEST_CPU_WORK_H
#define TEST_CPU_WORK_H

#include "plugin.h"

typedef struct work {
    tensor y, a, b, least;
    prepared_case product, reduction;
} work;

/* Fails the test where it cannot be made. */
void work_make(expops_backend_device *device, work *out_work);
void work_free(work *w);
/* Clears the results and computes them; 0, or what a launch gave, or -1 where a result is wrong. For any thread and process. */
int work_do(work *w);
/* Threads of this process, as the system counts them. */
int count_threads(void);

#endif
