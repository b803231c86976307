/* Which groups of a launch touched which bytes of global memory. Nothing orders two groups: a byte that one writes must not be
 * touched by another, but by atomics, which are not noted. */
#ifndef SIMULATOR_TOUCHES_H
#define SIMULATOR_TOUCHES_H

#include <stddef.h>
#include <stdint.h>

typedef struct sim_touches sim_touches;

/* NULL where there is no memory. */
sim_touches *sim_touches_create(void);
void sim_touches_free(sim_touches *touches);
/* How many bytes were touched. */
uint64_t sim_touches_count(const sim_touches *touches);
/* 0 where all is well, else the other group's number plus 1 (modulo 65534), with the byte's place. Of a launch that touches more
 * than 64 MiB the first are watched. */
uint32_t sim_touch(sim_touches *touches, uint64_t group, const void *address, size_t bytes, int writes,
                   size_t *out_byte);

#endif
