/* The group's local memory. Between two barriers a byte that one wave writes must not be touched by another. */
#include "families.h"
#include <string.h>

static int race(sim_wave *wave, const sim_instruction *in, uint32_t at, uint32_t other, const char *what)
{
    return sim_fail(wave, "%s: a race with wave %u, which %s byte %u of local memory since the last barrier", in->name,
                    other, what, at);
}

static int note_read(sim_wave *wave, const sim_instruction *in, uint32_t at, uint32_t bytes)
{
    const sim_group *group = wave->group;
    for (uint32_t i = at; i < at + bytes; i++) {
        sim_shadow *shadow = group->shadow + i;
        if (shadow->write_epoch == group->epoch && shadow->writer != wave->number)
            return race(wave, in, i, shadow->writer, "wrote");
        if (shadow->read_epoch != group->epoch) {
            shadow->read_epoch = group->epoch;
            shadow->reader = (uint8_t)wave->number;
            shadow->readers_differ = 0;
        } else if (shadow->reader != wave->number) {
            shadow->readers_differ = 1;
        }
    }
    return SIM_NEXT;
}

static int note_write(sim_wave *wave, const sim_instruction *in, uint32_t at, uint32_t bytes)
{
    const sim_group *group = wave->group;
    for (uint32_t i = at; i < at + bytes; i++) {
        sim_shadow *shadow = group->shadow + i;
        if (shadow->write_epoch == group->epoch && shadow->writer != wave->number)
            return race(wave, in, i, shadow->writer, "wrote");
        if (shadow->read_epoch == group->epoch && (shadow->reader != wave->number || shadow->readers_differ))
            return race(wave, in, i, shadow->reader, "read");
        shadow->write_epoch = group->epoch;
        shadow->writer = (uint8_t)wave->number;
    }
    return SIM_NEXT;
}

static int inside(sim_wave *wave, const sim_instruction *in, uint64_t at, uint32_t bytes, int lane)
{
    if (at + bytes <= wave->group->launch->local_bytes)
        return 1;
    sim_fail(wave, "%s: byte %llu of %u of local memory, lane %d", in->name, (unsigned long long)at,
             wave->group->launch->local_bytes, lane);
    return 0;
}

/* One access of one lane; `first` is the register. */
static int move_lane(sim_wave *wave, const sim_instruction *in, int store, int first, int lane, uint64_t at,
                     sim_width width)
{
    const uint32_t bytes = (uint32_t)width.bytes;
    if (!inside(wave, in, at, bytes, lane))
        return SIM_ERROR;
    if (store) {
        sim_store_lane(wave, first, lane, wave->group->local + at, width);
        return note_write(wave, in, (uint32_t)at, bytes);
    }
    sim_load_lane(wave, first, lane, wave->group->local + at, width);
    return note_read(wave, in, (uint32_t)at, bytes);
}

enum { BANKS = 32 };

/* How many of the words that lanes first to end want are in one bank. */
static uint32_t most_of_a_bank(const uint32_t *at, uint64_t lanes, int first, int end, uint32_t words)
{
    uint32_t seen[BANKS][BANKS], count[BANKS] = { 0 }, most = 0;
    for (int lane = first; lane < end; lane++)
        for (uint32_t word = at[lane] / 4; (lanes >> lane & 1) && word < at[lane] / 4 + words; word++) {
            const uint32_t bank = word % BANKS;
            uint32_t i = 0;
            while (i < count[bank] && seen[bank][i] != word)
                i++;
            if (i == count[bank])
                seen[bank][count[bank]++] = word;
            most = count[bank] > most ? count[bank] : most;
        }
    return most;
}

static void count_banks(sim_wave *wave, const uint32_t *at, uint64_t lanes, uint32_t bytes)
{
    const uint32_t words = bytes > 8 ? 4 : bytes > 4 ? 2 : 1;
    const int together = BANKS / (int)words;
    for (int first = 0; first < wave->lanes; first += together) {
        const uint32_t clocks = most_of_a_bank(at, lanes, first, first + together, words);
        wave->group->local_passes += clocks != 0;
        wave->group->local_clocks += clocks;
    }
}

enum { STORE = 1, TWO = 2, STRIDE64 = 4 };

static int move(sim_wave *wave, const sim_instruction *in)
{
    const uint64_t exec = sim_exec(wave);
    const int store = in->row->flag & STORE, two = in->row->flag & TWO;
    const sim_width width = in->row->width;
    const int step = width.bytes * (in->row->flag & STRIDE64 ? 64 : 1), registers = (width.bytes + 3) / 4;
    uint32_t place[2][SIM_LANES];
    for (int lane = 0; lane < wave->lanes; lane++) {
        if (!(exec >> lane & 1))
            continue;
        const uint64_t base = wave->v[in->operand[store ? 0 : 1].index][lane];
        for (int i = 0; i <= (two ? 1 : 0); i++) {
            const uint64_t at = base + (uint64_t)(two ? (i ? in->offset1 : in->offset0) * step : in->offset);
            place[i][lane] = (uint32_t)at;
            const int first = store ? in->operand[1 + i].index : in->operand[0].index + i * registers;
            if (move_lane(wave, in, store, first, lane, (uint32_t)at, width) != SIM_NEXT)
                return SIM_ERROR;
        }
    }
    for (int i = 0; wave->group->launch->counts && i <= (two ? 1 : 0); i++)
        count_banks(wave, place[i], exec, (uint32_t)width.bytes);
    return SIM_NEXT;
}

int sim_identify_local(sim_instruction *in)
{
    static const struct {
        const char *prefix;
        int flag;
    } kinds[] = {
        { "ds_read2st64_", TWO | STRIDE64 },
        { "ds_write2st64_", STORE | TWO | STRIDE64 },
        { "ds_read2_", TWO },
        { "ds_write2_", STORE | TWO },
        { "ds_load_2addr_stride64_", TWO | STRIDE64 },
        { "ds_store_2addr_stride64_", STORE | TWO | STRIDE64 },
        { "ds_load_2addr_", TWO },
        { "ds_store_2addr_", STORE | TWO },
        { "ds_read_", 0 },
        { "ds_write_", STORE },
        { "ds_load_", 0 },
        { "ds_store_", STORE },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const size_t length = strlen(kinds[i].prefix);
        if (strncmp(in->name, kinds[i].prefix, length))
            continue;
        const sim_width width = sim_width_of(in->name + length);
        in->own = (sim_row){ in->name, move, NULL, NULL, kinds[i].flag, width };
        return width.bytes != 0;
    }
    return 0;
}
