/* Selections: the mask is cut in parts; each is counted, the counts are summed in order, and each part writes what it selects. */
#include "cpu_plan.h"

#include <string.h>

enum { MOST_PARTS = 256, SHORTEST_PART = 4096 };

typedef struct select_task {
    const cpu_kernel *kernel;
    const uint8_t *mask;
    const char *elements, *source; /* source: NULL where what is selected is packed */
    char *out;
    int64_t step, length;       /* of the output, in elements; of a part */
    int64_t at[MOST_PARTS + 1]; /* how many are selected in a part, then before it */
} select_task;

/* Elements of the mask, */
static int64_t masked(const cpu_kernel *kernel)
{
    return kernel->walk.sizes[0];
}

/* and of the third input. */
static int64_t sources_of(const cpu_kernel *kernel)
{
    return kernel->walk.sizes[1];
}

/* Where what is selected is packed, how many there are is the last operand. */
static int writes_count(const cpu_kernel *kernel)
{
    return kernel->operand[3].kind == EXPOPS_OPERAND_OUTPUT;
}

static int64_t end_of(const select_task *task, int64_t part)
{
    const int64_t end = (part + 1) * task->length;

    return end < masked(task->kernel) ? end : masked(task->kernel);
}

static void count_part(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    select_task *const task = context;

    (void)scratch;
    for (int64_t part = first; part < last; part++) {
        const int64_t end = end_of(task, part);
        int64_t count = 0;
        for (int64_t i = part * task->length; i < end; i++)
            count += task->mask[i] != 0;
        task->at[part] = count;
    }
}

/* Without a branch: what is not selected is written over by the next one. The last place may be another part's, so that the rest
 * is written only where it is selected. */
#define PACK(word) \
    do { \
        const word *const from = (const word *)(const void *)task->elements; \
        word *const to = (word *)(void *)task->out; \
        int64_t i = begin; \
        for (; at < last; i++) { \
            to[at * task->step] = from[i]; \
            at += task->mask[i] != 0; \
        } \
        for (; i < end && at <= last; i++) \
            if (task->mask[i]) \
                to[at++ * task->step] = from[i]; \
    } while (0)

static void pack(const select_task *task, int64_t begin, int64_t end, int64_t at, int64_t selected)
{
    const int64_t room = task->kernel->elements, stop = at + selected < room ? at + selected : room, last = stop - 1;

    switch (task->kernel->operand[0].bytes) {
    case 1:
        PACK(uint8_t);
        break;
    case 2:
        PACK(uint16_t);
        break;
    case 4:
        PACK(uint32_t);
        break;
    case 8:
        PACK(uint64_t);
        break;
    default:
        PACK(cpu_pair);
    }
}

/* Without a branch where the source has an element to read. */
#define CHOOSE(word, yes, no, mask) ((word)((yes) & (word) - (word)(mask)) | (word)((no) & (word)((word)(mask)-1)))
#define EXPAND(word) \
    do { \
        const word *const from = (const word *)(const void *)task->elements; \
        const word *const source = (const word *)(const void *)task->source; \
        word *const to = (word *)(void *)task->out; \
        int64_t i = begin; \
        for (; i < end && at < sources; i++) { \
            const word mask = task->mask[i] != 0; \
            to[i * task->step] = CHOOSE(word, source[at], from[i], mask); \
            at += mask; \
        } \
        for (; i < end; i++) \
            to[i * task->step] = task->mask[i] ? (word)0 : from[i]; \
    } while (0)

static void expand_pairs(const select_task *task, int64_t begin, int64_t end, int64_t at)
{
    const cpu_pair *const from = (const cpu_pair *)(const void *)task->elements;
    const cpu_pair *const source = (const cpu_pair *)(const void *)task->source;
    cpu_pair *const to = (cpu_pair *)(void *)task->out;
    static const cpu_pair zero;

    for (int64_t i = begin; i < end; i++) {
        to[i * task->step] = !task->mask[i] ? from[i] : at < sources_of(task->kernel) ? source[at] : zero;
        at += task->mask[i] != 0;
    }
}

static void expand(const select_task *task, int64_t begin, int64_t end, int64_t at)
{
    const int64_t sources = sources_of(task->kernel);

    switch (task->kernel->operand[0].bytes) {
    case 1:
        EXPAND(uint8_t);
        break;
    case 2:
        EXPAND(uint16_t);
        break;
    case 4:
        EXPAND(uint32_t);
        break;
    case 8:
        EXPAND(uint64_t);
        break;
    default:
        expand_pairs(task, begin, end, at);
    }
}

static void write_part(void *context, int64_t first, int64_t last, cpu_scratch *scratch)
{
    const select_task *const task = context;

    (void)scratch;
    for (int64_t part = first; part < last; part++) {
        const int64_t begin = part * task->length, end = end_of(task, part);
        if (task->source)
            expand(task, begin, end, task->at[part]);
        else if (task->at[part + 1] > task->at[part])
            pack(task, begin, end, task->at[part], task->at[part + 1] - task->at[part]);
    }
}

static void run(const cpu_kernel *kernel, const expops_launch *launch, cpu_scratch *scratch)
{
    select_task task = { .kernel = kernel, .step = kernel->operand[0].strides[kernel->rank - 1] };
    const int64_t elements = masked(kernel);
    int64_t parts = (elements + SHORTEST_PART - 1) / SHORTEST_PART, sum = 0;

    parts = parts < MOST_PARTS ? parts : MOST_PARTS;
    task.length = (elements + parts - 1) / parts;
    parts = (elements + task.length - 1) / task.length;
    task.out = expops_address(&launch->tensors[0]);
    task.mask = expops_address(&launch->tensors[1]);
    task.elements = expops_address(&launch->tensors[2]);
    task.source = writes_count(kernel) ? NULL : expops_address(&launch->tensors[3]);
    cpu_parallel(kernel, cpu_threads(kernel, parts), parts, count_part, &task, scratch);
    for (int64_t part = 0; part < parts; part++) {
        const int64_t count = task.at[part];
        task.at[part] = sum;
        sum += count;
    }
    task.at[parts] = sum;
    if (writes_count(kernel))
        *(int64_t *)expops_address(&launch->tensors[3]) = sum;
    cpu_parallel(kernel, cpu_threads(kernel, parts), parts, write_part, &task, scratch);
}

void cpu_select_plan(cpu_kernel *kernel)
{
    kernel->run = run;
}
