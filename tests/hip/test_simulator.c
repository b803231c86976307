/* The interpreter, family by family, against results written down from the instruction set's documents. */
#include "instruction.h"
#include "simulator/mode.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t live_memory[MEMORY_WORDS];

static sim_wave *wave;
static sim_group group;
static unsigned char local[LOCAL_BYTES], private_memory[PRIVATE_BYTES * SIM_LANES];
static sim_shadow shadow[LOCAL_BYTES];

static int find_memory(const void *address, const char **begin, const char **end)
{
    *begin = (const char *)live_memory;
    *end = (const char *)(live_memory + MEMORY_WORDS);
    return (const char *)address >= *begin && (const char *)address < *end;
}

static simulator_launch launch = {
    .arch = "gfx90a",
    .name = "test",
    .wave = 64,
    .block = { 64, 1, 1 },
    .grid = { 1, 1, 1 },
    .local_bytes = LOCAL_BYTES,
    .private_bytes = PRIVATE_BYTES,
    .find_memory = find_memory,
};

static sim_wave *start(int lanes)
{
    static const sim_program nothing;
    memset(wave, 0, sizeof *wave);
    memset(shadow, 0, sizeof shadow);
    memset(local, 0, sizeof local);
    memset(live_memory, 0, sizeof live_memory);
    group = (sim_group){ .launch = &launch,
                         .program = &nothing,
                         .local = local,
                         .shadow = shadow,
                         .epoch = 1,
                         .packet = private_memory,
                         .wave = wave,
                         .num_waves = 2 };
    wave->group = &group;
    wave->lanes = lanes;
    wave->mode = SIM_MODE_USUAL;
    wave->zero_high = lanes == 64;
    wave->private_memory = private_memory;
    wave->s[SIM_EXEC] = ~0u;
    wave->s[SIM_EXEC + 1] = lanes == 64 ? ~0u : 0;
    return wave;
}

sim_wave *fresh_wave(void)
{
    return start(64);
}

sim_wave *fresh_wave32(void)
{
    return start(32);
}

int step(sim_wave *of, const char *line)
{
    sim_instruction in;
    assert_true(sim_parse(line, &in));
    if (!in.row)
        fail_msg("%s is not known", line);
    return in.row->run(of, &in);
}

void set_all(sim_wave *of, int index, uint32_t value)
{
    for (int lane = 0; lane < SIM_LANES; lane++)
        of->v[index][lane] = value;
}

void set_all64(sim_wave *of, int index, uint64_t value)
{
    set_all(of, index, (uint32_t)value);
    set_all(of, index + 1, (uint32_t)(value >> 32));
}

void set_float(sim_wave *of, int index, float value)
{
    set_all(of, index, sim_bits(value));
}

void set_double(sim_wave *of, int index, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    set_all64(of, index, bits);
}

uint64_t pair_of(const sim_wave *of, int index, int lane)
{
    return (uint64_t)of->v[index + 1][lane] << 32 | of->v[index][lane];
}

double double_of(const sim_wave *of, int index, int lane)
{
    const uint64_t bits = pair_of(of, index, lane);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

int main(void)
{
    wave = malloc(sizeof *wave);
    if (!wave)
        return 99;
    const int failed = _cmocka_run_group_tests("arithmetic", arithmetic_tests, num_arithmetic_tests, NULL, NULL) +
                       _cmocka_run_group_tests("modes", mode_tests, num_mode_tests, NULL, NULL) +
                       _cmocka_run_group_tests("lanes", lane_tests, num_lane_tests, NULL, NULL) +
                       _cmocka_run_group_tests("memory", memory_tests, num_memory_tests, NULL, NULL);
    free(wave);
    return failed != 0;
}
