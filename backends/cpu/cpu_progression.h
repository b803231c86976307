/* The positions of neighbouring elements, as functions of positions get them beside elements (cpu_position.inc). */
#ifndef CPU_PROGRESSION_H
#define CPU_PROGRESSION_H

#include <stdint.h>

typedef struct cpu_progression {
    int64_t first, step;
} cpu_progression;

#endif
