/* Runs AMD machine code without AMD hardware: an interpreter of what llvm-objdump disassembles. It computes what the
 * instruction set's documents say, and refuses what it does not know. What it cannot tell: speed, the last bit of the
 * hardware's own functions (exp, log, sin, rcp, rsq, sqrt: here rounded correctly), order of memory between waves. */
#ifndef SIMULATOR_H
#define SIMULATOR_H

#include <stddef.h>
#include <stdint.h>

/* What executes an instruction: vector lanes at their rate or at a quarter of it, or in doubles; memory; local memory; scalars,
 * branches and waits. FREE: the second of two in one. */
enum simulator_unit {
    SIM_UNIT_VECTOR,
    SIM_UNIT_QUARTER,
    SIM_UNIT_DOUBLE,
    SIM_UNIT_MEMORY,
    SIM_UNIT_LOCAL,
    SIM_UNIT_SCALAR,
    SIM_UNIT_FREE,
    SIM_UNITS,
};

typedef struct simulator_counts {
    uint64_t executed[SIM_UNITS]; /* by a wave each */
    uint64_t bytes;               /* of global memory that were touched; of a launch of one group none are counted */
    uint64_t widths;              /* of accesses to global memory by a wave each, in bytes of a lane */
    /* Local memory answers 32 lanes of a word at once (8 of four words) where no two want different words of a bank. */
    uint64_t local_passes, local_clocks;
} simulator_counts;

typedef struct simulator_launch {
    const char *arch; /* "gfx90a" */
    const char *name; /* the kernel's symbol */
    const void *file; /* the code object, for the disassembler */
    size_t file_bytes;
    const char *image;   /* its segments, as loaded */
    uint64_t descriptor; /* of the kernel, from the image's start */
    const void *kernarg; /* the arguments' segment, hidden ones included */
    uint32_t kernarg_bytes;
    uint32_t grid[3], block[3]; /* groups, work-items of a group */
    uint32_t local_bytes, private_bytes;
    uint32_t wave; /* lanes: 32 or 64 */
    /* The allocation that holds `address`, as [*begin, *end); 0 where there is none. Called by several threads. */
    int (*find_memory)(const void *address, const char **begin, const char **end);
    simulator_counts *counts; /* NULL, or: what the launch executes and touches is added */
} simulator_launch;

/* Runs the whole grid, groups in any order on several threads. 0, or 1 with the reason in `error`: an instruction that is
 * not known, an access outside of live memory or of the group's, a race, a barrier that not all waves reach. */
int simulator_run(const simulator_launch *launch, char *error, size_t room);

#endif
