/* A launch: groups over threads, in no order of theirs, a group's waves in random turns from barrier to barrier. */
#include "families.h"
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 200000000, MOST_THREADS = 16 };

int sim_fail(sim_wave *wave, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(wave->error, sizeof wave->error, format, args);
    va_end(args);
    return SIM_ERROR;
}

/* To the next barrier or the end. */
static int run_wave(sim_wave *wave)
{
    const sim_program *program = wave->group->program;
    for (uint64_t steps = 0; steps < MOST_STEPS; steps++) {
        if (wave->pc >= program->count)
            return sim_fail(wave, "runs off the kernel's end");
        const sim_instruction *in = program->code + wave->pc;
        if (!in->row)
            return sim_fail(wave, "the instruction %s is not known", in->name);
        const int result = in->row->run(wave, in);
        if (result == SIM_ERROR)
            return SIM_ERROR;
        wave->pc += result != SIM_JUMP;
        wave->group->executed[in->unit]++;
        wave->done = result == SIM_END;
        wave->at_barrier = result == SIM_BARRIER;
        if (wave->done || wave->at_barrier)
            return SIM_NEXT;
    }
    return sim_fail(wave, "has run %d instructions without an end", MOST_STEPS);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void shuffle(uint32_t *order, uint32_t count, uint64_t *random)
{
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (uint32_t i = count; i > 1; i--) {
        const uint32_t other = (uint32_t)(next_random(random) % i), kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

/* Every wave once, in random order; `*out_left` how many wait at a barrier. */
static sim_wave *run_round(sim_group *group, uint32_t *order, uint32_t *out_left)
{
    *out_left = 0;
    shuffle(order, group->num_waves, &group->random);
    for (uint32_t i = 0; i < group->num_waves; i++) {
        sim_wave *wave = group->wave + order[i];
        if (wave->done)
            continue;
        if (run_wave(wave) == SIM_ERROR)
            return wave;
        *out_left += !wave->done;
    }
    return NULL;
}

static sim_wave *run_group(sim_group *group)
{
    uint32_t order[64], left = group->num_waves;
    memset(group->local, SIM_POISON, group->launch->local_bytes);
    for (uint32_t i = 0; i < group->num_waves; i++)
        if (sim_start_wave(group->wave + i, group, i) == SIM_ERROR)
            return group->wave + i;
    while (left) {
        group->epoch++;
        sim_wave *failed = run_round(group, order, &left);
        if (failed)
            return failed;
        if (left && left < group->num_waves) {
            sim_fail(group->wave, "a barrier that %u of %u waves never reach", group->num_waves - left,
                     group->num_waves);
            return group->wave;
        }
    }
    return NULL;
}

/* --- threads --- */

typedef struct work {
    unsigned char packet[SIM_PACKET_BYTES];
    const simulator_launch *launch;
    const sim_program *program;
    sim_touches *touches;
    uint64_t groups, step;
    atomic_uint_fast64_t next;
    atomic_int failed;
    pthread_mutex_t lock;
    char *error;
    size_t room;
} work;

static void report(work *work, const sim_group *group, const sim_wave *wave)
{
    pthread_mutex_lock(&work->lock);
    if (!atomic_exchange(&work->failed, 1))
        snprintf(work->error, work->room, "%s on %s, group (%u,%u,%u), wave %u, at %x: %s", work->launch->name,
                 work->launch->arch, group->id[0], group->id[1], group->id[2], wave->number,
                 group->program->code[wave->pc < group->program->count ? wave->pc : 0].address, wave->error);
    pthread_mutex_unlock(&work->lock);
}

static int allocate_group(sim_group *group)
{
    const simulator_launch *launch = group->launch;
    group->num_waves = (launch->block[0] * launch->block[1] * launch->block[2] + launch->wave - 1) / launch->wave;
    group->wave = calloc(group->num_waves, sizeof *group->wave);
    group->local = calloc(1, launch->local_bytes + 16);
    group->shadow = calloc(launch->local_bytes + 1, sizeof *group->shadow);
    for (uint32_t i = 0; group->wave && launch->private_bytes && i < group->num_waves; i++)
        if (!(group->wave[i].private_memory = malloc((size_t)launch->private_bytes * SIM_LANES)))
            return 0;
    return group->wave && group->local && group->shadow;
}

static void free_group(sim_group *group)
{
    for (uint32_t i = 0; group->wave && i < group->num_waves; i++)
        free(group->wave[i].private_memory);
    free(group->wave);
    free(group->local);
    free(group->shadow);
}

static void add_counts(simulator_counts *counts, const sim_group *group)
{
    for (int unit = 0; unit < SIM_UNITS; unit++)
        __atomic_add_fetch(counts->executed + unit, group->executed[unit], __ATOMIC_RELAXED);
    __atomic_add_fetch(&counts->widths, group->widths, __ATOMIC_RELAXED);
    __atomic_add_fetch(&counts->local_passes, group->local_passes, __ATOMIC_RELAXED);
    __atomic_add_fetch(&counts->local_clocks, group->local_clocks, __ATOMIC_RELAXED);
}

static void *run_thread(void *given)
{
    work *work = given;
    const uint32_t *grid = work->launch->grid;
    sim_group group = {
        .launch = work->launch, .program = work->program, .packet = work->packet, .touches = work->touches
    };
    if (!allocate_group(&group)) {
        snprintf(work->error, work->room, "no memory for a group");
        atomic_store(&work->failed, 1);
    }
    while (!atomic_load(&work->failed)) {
        const uint64_t turn = atomic_fetch_add(&work->next, 1);
        if (turn >= work->groups)
            break;
        const uint64_t number = group.number = turn * work->step % work->groups;
        group.id[0] = (uint32_t)(number % grid[0]);
        group.id[1] = (uint32_t)(number / grid[0] % grid[1]);
        group.id[2] = (uint32_t)(number / grid[0] / grid[1]);
        group.random = (number + 1) * 0x9e3779b97f4a7c15;
        const sim_wave *failed = run_group(&group);
        if (failed)
            report(work, &group, failed);
    }
    if (work->launch->counts)
        add_counts(work->launch->counts, &group);
    free_group(&group);
    return NULL;
}

/* The fields that kernels read: the group's size, then the grid's in work-items. */
static void write_packet(const simulator_launch *launch, unsigned char *packet)
{
    for (int d = 0; d < 3; d++) {
        const uint16_t size = (uint16_t)launch->block[d];
        const uint32_t items = launch->grid[d] * launch->block[d];
        memcpy(packet + 4 + 2 * d, &size, sizeof size);
        memcpy(packet + 12 + 4 * d, &items, sizeof items);
    }
}

/* Steps of this width visit every group, and none after its neighbour, where there are many. */
static uint64_t step_over(uint64_t groups)
{
    static const uint64_t primes[] = { 7919, 5167, 3571, 1733, 829, 409, 199, 97, 43, 19, 7, 3 };
    for (size_t i = 0; i < sizeof primes / sizeof primes[0]; i++)
        if (primes[i] < groups && groups % primes[i])
            return primes[i];
    return 1;
}

/* Those that this process may run on: parts of the tests beside each other are given one each. */
static uint64_t cores_here(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint64_t)CPU_COUNT(&set) : 1;
}

int simulator_run(const simulator_launch *launch, char *error, size_t room)
{
    const uint64_t groups = (uint64_t)launch->grid[0] * launch->grid[1] * launch->grid[2];
    const uint64_t cores = cores_here();
    pthread_t thread[MOST_THREADS];
    uint64_t started = 0;
    work work = { .launch = launch, .error = error, .room = room, .groups = groups, .step = step_over(groups) };
    work.program = sim_program_get(launch, error, room);
    if (!work.program)
        return 1;
    work.touches = groups > 1 ? sim_touches_create() : NULL;
    write_packet(launch, work.packet);
    pthread_mutex_init(&work.lock, NULL);
    while (started + 1 < groups && started + 1 < cores && started < MOST_THREADS &&
           pthread_create(thread + started, NULL, run_thread, &work) == 0)
        started++;
    run_thread(&work);
    while (started)
        pthread_join(thread[--started], NULL);
    pthread_mutex_destroy(&work.lock);
    if (launch->counts)
        launch->counts->bytes += sim_touches_count(work.touches);
    sim_touches_free(work.touches);
    return atomic_load(&work.failed);
}
