/* Parts of matrices, converted and laid out in the order in which products take them. */
#ifndef CPU_PACK_H
#define CPU_PACK_H

#include "cpu_level.h"
#include "cpu_scratch.h"

/* `count` rows of `depth` elements; strides are in elements of `dtype`. */
typedef struct cpu_slice {
    const cpu_level *level;
    const char *data; /* of the first row */
    int32_t dtype, store;
    int64_t down, along;
    int64_t count, depth;
} cpu_slice;

/* Panels of `side` rows, of each element those `side` side by side; rows that are not there are 0. */
void cpu_pack(const cpu_slice *from, int64_t side, char *to, cpu_buffer *buffer);

#endif
