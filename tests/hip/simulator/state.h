/* What instructions work on: waves of a group, its local memory. */
#ifndef SIMULATOR_STATE_H
#define SIMULATOR_STATE_H

#include <stdatomic.h>
#include "program.h"
#include "touches.h"

enum { SIM_LANES = 64, SIM_POISON = 0xA5, SIM_PACKET_BYTES = 64 };

typedef union sim_lanes {
    uint32_t w[SIM_LANES];
    uint64_t q[SIM_LANES];
    float f[SIM_LANES];
    double d[SIM_LANES];
} sim_lanes;

/* Of a byte of local memory: who wrote and read it since the last barrier. */
typedef struct sim_shadow {
    uint32_t write_epoch, read_epoch;
    uint8_t writer, reader, readers_differ;
} sim_shadow;

typedef struct sim_group {
    const simulator_launch *launch;
    const sim_program *program;
    const unsigned char *packet; /* how the kernel was dispatched, for code that asks for the group's size */
    unsigned char *local;
    sim_shadow *shadow;
    uint32_t epoch;
    uint32_t id[3];
    uint64_t number;
    sim_touches *touches; /* the launch's; NULL: not watched */
    struct sim_wave *wave;
    uint32_t num_waves;
    uint64_t random, executed[SIM_UNITS], widths, local_passes, local_clocks;
} sim_group;

typedef struct sim_wave {
    uint32_t v[SIM_VECTORS][SIM_LANES];
    uint32_t s[SIM_SCALARS];
    sim_group *group;
    uint32_t number;
    int lanes;     /* 32 or 64 */
    int pc;        /* an instruction's number */
    int signalled; /* where the wave has signalled the barrier: pc of what follows */
    int done, at_barrier;
    uint32_t mode;                       /* mode.h */
    int zero_high;                       /* results of 16 bits clear the upper half of their register (gfx8, gfx9) */
    int index_source, index_result;      /* s_set_gpr_idx_on */
    unsigned char *private_memory;       /* private_bytes for each lane */
    const char *known_begin, *known_end; /* the allocation that was used last */
    char error[200];
} sim_wave;

/* What `run` returns. */
enum { SIM_ERROR = -1, SIM_NEXT = 0, SIM_JUMP, SIM_END, SIM_BARRIER };

static inline uint64_t sim_exec(const sim_wave *wave)
{
    return wave->lanes == 64 ? (uint64_t)wave->s[SIM_EXEC + 1] << 32 | wave->s[SIM_EXEC] : wave->s[SIM_EXEC];
}

int sim_fail(sim_wave *wave, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- memory.c --- */
typedef struct sim_width sim_width;
/* "dwordx4", "b64", "ushort", "short_d16_hi"; bytes 0 where that is no width. */
sim_width sim_width_of(const char *name);
/* A lane's registers from `first` on, and memory: widened and narrowed as the access says. */
void sim_load_lane(sim_wave *wave, int first, int lane, const void *from, sim_width width);
void sim_store_lane(const sim_wave *wave, int first, int lane, void *to, sim_width width);
/* Where a lane of a global or flat access goes: the vector operand `k` holds an address, or an offset from a scalar one. */
char *sim_global_address(const sim_wave *wave, const sim_instruction *in, int k, int lane);
/* 0 where [address, address + bytes) is no live memory; the error is set. */
int sim_check_memory(sim_wave *wave, const sim_instruction *in, const void *address, size_t bytes, int lane);
/* The same, and no other group's: see touches.h. */
int sim_check_shared(sim_wave *wave, const sim_instruction *in, const void *address, size_t bytes, int lane,
                     int writes);

/* --- start.c --- */
/* A wave as the kernel's descriptor asks for it. */
int sim_start_wave(sim_wave *wave, sim_group *group, uint32_t number);

#endif
