/* What a code object says of its kernels: how their arguments lie, what they need. */
#ifndef HIP_DOUBLE_NOTES_H
#define HIP_DOUBLE_NOTES_H

#include <stddef.h>
#include <stdint.h>

typedef struct double_argument {
    uint32_t offset, bytes;
    char kind[40]; /* "global_buffer", "hidden_block_count_x" */
} double_argument;

enum { DOUBLE_ARGUMENTS = 96 };

struct double_module;

typedef struct double_kernel {
    char name[128];
    uint64_t descriptor;
    uint32_t kernarg_bytes, local_bytes, private_bytes, wave, max_items, num_arguments;
    uint32_t vectors, scalars, spilled; /* registers; scalar ones spill into vector ones, which costs no memory */
    double_argument argument[DOUBLE_ARGUMENTS];
    struct double_module *module;
} double_kernel;

typedef struct double_notes {
    uint32_t num_kernels;
    double_kernel *kernel; /* free it */
} double_notes;

/* 1 where the file describes a kernel. */
int double_notes_read(const void *elf, double_notes *out);

#endif
