/* What is known of the boxes of neighbouring outputs, worked out once for as many pieces of rows as share it. */
#ifndef CPU_BOXES_H
#define CPU_BOXES_H

#include "cpu_window.h"

enum {
    CPU_BOXES_OUTPUTS = CPU_BUFFER_BYTES / 16, /* of a piece; no element is larger */
    CPU_MOST_BEGINS = 64,                      /* listed at once */
};

/* Outputs first, first + apart, ..., whose boxes have one shape and lie side by side, or `step` apart where they are the same. */
typedef struct cpu_alike {
    int64_t first, count, step;
} cpu_alike;

/* What a thread knows of the piece at hand, in its `partials`. */
typedef struct cpu_boxes {
    int64_t at[CPU_MAX_RANK];         /* the indices it was made for, */
    int64_t first, cols;              /* and the piece; cols 0: not made */
    int64_t place[CPU_BOXES_OUTPUTS]; /* where a box begins, as far as it depends on the output */
    uint32_t num_stretches;           /* 0: too many */
    int64_t apart;
    cpu_alike stretch[CPU_BOXES_OUTPUTS];
    uint32_t varying; /* bit w where dimension w's runs depend on the output */
    cpu_stretch run[CPU_BOXES_OUTPUTS][EXPOPS_MAX_WALKED];
    /* Where boxes differ in the last walked dimension only, and not by the output's place but by their runs there: what of it any
     * of them has, and the fewest of it that one has; else no columns. */
    int64_t first_column, columns, fewest;
} cpu_boxes;
_Static_assert(sizeof(cpu_boxes) <= CPU_PARTIAL_BYTES, "a table fits");

/* Where the runs of the last dimension begin that the others span, in elements: a few at a time. */
typedef struct cpu_boxes_walk {
    const cpu_kernel *kernel;
    const cpu_stretch *runs;
    uint32_t others;
    int64_t turn[EXPOPS_MAX_WALKED], at;
    int ended;
} cpu_boxes_walk;

/* Whether they are known for these indices and this piece, else what they are. */
int cpu_boxes_hold(const cpu_kernel *kernel, const cpu_boxes *table, const int64_t *at, int64_t first, int64_t cols);
void cpu_boxes_find(const cpu_kernel *kernel, int64_t *at, int64_t first, int64_t cols, cpu_boxes *table);
int64_t cpu_boxes_elements(const cpu_stretch *runs, uint32_t walked);
/* The next runs' begins, at most CPU_MOST_BEGINS; their number. */
size_t cpu_boxes_begins(cpu_boxes_walk *walker, int64_t *begins);

#endif
