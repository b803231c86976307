/* Memory that a thread computes in: blocks on their way in and out, accumulators. None of it is on the stack, which may be
 * small. Each thread has its own, which it keeps until it ends. */
#ifndef CPU_SCRATCH_H
#define CPU_SCRATCH_H

#include <stdint.h>

enum {
    CPU_MAX_OPERANDS = 12,      /* an output, and as many arguments as the stubs know */
    CPU_BUFFER_BYTES = 4096,    /* a block of one operand: several fit the first cache */
    CPU_MOST_BYTES = 16384,     /* a block where few operands need a buffer */
    CPU_ACCS_BYTES = 16384,     /* accumulators of a group of rows */
    CPU_PARTIAL_BYTES = 131072, /* accumulators of all parts of a group that threads share */
    CPU_WAITING_BYTES = 262144, /* accumulators of a group's parts that wait for others */
    CPU_PANEL_BYTES = 524288,   /* of a product's right side: half of a second cache, for rows of 2048 elements */
};

typedef struct cpu_buffer {
    _Alignas(64) char bytes[CPU_MOST_BYTES];
} cpu_buffer;

/* The rows of a block as an array of the instance's type. */
typedef struct cpu_view {
    char *data;
    int64_t row_bytes; /* from one row to the next */
} cpu_view;

typedef struct cpu_scratch {
    cpu_buffer operand[CPU_MAX_OPERANDS];
    cpu_buffer between; /* within one function: what is not yet turned, or rounded */
    _Alignas(64) char accs[CPU_ACCS_BYTES];
    _Alignas(64) char partials[CPU_PARTIAL_BYTES];
    _Alignas(64) char panels[CPU_PANEL_BYTES];
    _Alignas(64) char waiting[CPU_WAITING_BYTES];
    _Alignas(16) char scalar[CPU_MAX_OPERANDS][16];
    /* rows */
    cpu_view view[CPU_MAX_OPERANDS];
    const void *numbers[CPU_MAX_OPERANDS];
} cpu_scratch;

/* Once, before the others; 0 if all went well. */
int cpu_scratch_prepare(void);
/* The calling thread's, freed when it ends. NULL where there is no memory, which only its first call can meet. */
cpu_scratch *cpu_scratch_mine(void);
cpu_scratch *cpu_scratch_new(void);
void cpu_scratch_free(cpu_scratch *scratch);

#endif
