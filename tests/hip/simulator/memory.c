/* Global and private memory. Every access is checked against live allocations. */
#include "families.h"
#include <string.h>

sim_width sim_width_of(const char *name)
{
    static const struct {
        const char *name;
        sim_width width;
    } widths[] = {
        { "dword", { 4, 0 } },
        { "dwordx2", { 8, 0 } },
        { "dwordx3", { 12, 0 } },
        { "dwordx4", { 16, 0 } },
        { "b32", { 4, 0 } },
        { "b64", { 8, 0 } },
        { "b96", { 12, 0 } },
        { "b128", { 16, 0 } },
        { "byte", { 1, 0 } },
        { "short", { 2, 0 } },
        { "b8", { 1, 0 } },
        { "b16", { 2, 0 } },
        { "ubyte", { 1, 0 } },
        { "sbyte", { 1, SIM_SIGN_EXTENDED } },
        { "ushort", { 2, 0 } },
        { "sshort", { 2, SIM_SIGN_EXTENDED } },
        { "u8", { 1, 0 } },
        { "i8", { 1, SIM_SIGN_EXTENDED } },
        { "u16", { 2, 0 } },
        { "i16", { 2, SIM_SIGN_EXTENDED } },
        { "ubyte_d16", { 1, SIM_LOW_HALF } },
        { "ubyte_d16_hi", { 1, SIM_HIGH_HALF } },
        { "sbyte_d16", { 1, SIM_LOW_HALF | SIM_SIGN_EXTENDED } },
        { "sbyte_d16_hi", { 1, SIM_HIGH_HALF | SIM_SIGN_EXTENDED } },
        { "short_d16", { 2, SIM_LOW_HALF } },
        { "short_d16_hi", { 2, SIM_HIGH_HALF } },
        { "u8_d16", { 1, SIM_LOW_HALF } },
        { "u8_d16_hi", { 1, SIM_HIGH_HALF } },
        { "i8_d16", { 1, SIM_LOW_HALF | SIM_SIGN_EXTENDED } },
        { "i8_d16_hi", { 1, SIM_HIGH_HALF | SIM_SIGN_EXTENDED } },
        { "u16_d16", { 2, SIM_LOW_HALF } },
        { "u16_d16_hi", { 2, SIM_HIGH_HALF } },
        { "byte_d16_hi", { 1, SIM_HIGH_HALF } },
        { "b8_d16_hi", { 1, SIM_HIGH_HALF } },
        { "b16_d16_hi", { 2, SIM_HIGH_HALF } },
        { "d16_u8", { 1, SIM_LOW_HALF } },
        { "d16_hi_u8", { 1, SIM_HIGH_HALF } },
        { "d16_i8", { 1, SIM_LOW_HALF | SIM_SIGN_EXTENDED } },
        { "d16_hi_i8", { 1, SIM_HIGH_HALF | SIM_SIGN_EXTENDED } },
        { "d16_b16", { 2, SIM_LOW_HALF } },
        { "d16_hi_b16", { 2, SIM_HIGH_HALF } },
        { "d16_hi_b8", { 1, SIM_HIGH_HALF } },
    };
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        if (!strcmp(widths[i].name, name))
            return widths[i].width;
    return (sim_width){ 0, 0 };
}

static int within(const char *at, size_t bytes, const void *begin, size_t room)
{
    return at >= (const char *)begin && at + bytes <= (const char *)begin + room;
}

int sim_check_memory(sim_wave *wave, const sim_instruction *in, const void *address, size_t bytes, int lane)
{
    const char *at = address;
    const simulator_launch *launch = wave->group->launch;
    if (at >= wave->known_begin && at + bytes <= wave->known_end)
        return 1;
    if (within(at, bytes, launch->kernarg, launch->kernarg_bytes) ||
        within(at, bytes, wave->group->packet, SIM_PACKET_BYTES))
        return 1;
    if (launch->find_memory(at, &wave->known_begin, &wave->known_end) && at + bytes <= wave->known_end)
        return 1;
    wave->known_begin = wave->known_end = NULL;
    sim_fail(wave, "%s of %zu bytes outside of any live allocation: address %p, lane %d", in->name, bytes, address,
             lane);
    return 0;
}

int sim_check_shared(sim_wave *wave, const sim_instruction *in, const void *address, size_t bytes, int lane, int writes)
{
    size_t byte = 0;
    const sim_group *group = wave->group;
    if (!sim_check_memory(wave, in, address, bytes, lane))
        return 0;
    const uint32_t other = group->touches ? sim_touch(group->touches, group->number, address, bytes, writes, &byte) : 0;
    if (other)
        sim_fail(wave, "%s: a race with group %u, which %s byte %p of global memory, lane %d", in->name, other - 1,
                 writes ? "touched" : "wrote", (const void *)((const char *)address + byte), lane);
    return !other;
}

void sim_load_lane(sim_wave *wave, int first, int lane, const void *from, sim_width width)
{
    uint32_t word[4] = { 0 };
    memcpy(word, from, (size_t)width.bytes);
    if (width.widening & SIM_SIGN_EXTENDED)
        word[0] = width.bytes == 1 ? (uint32_t)(int32_t)(int8_t)word[0] : (uint32_t)(int32_t)(int16_t)word[0];
    if (width.widening & SIM_LOW_HALF)
        word[0] = (word[0] & 0xffff) | (wave->v[first][lane] & 0xffff0000);
    if (width.widening & SIM_HIGH_HALF)
        word[0] = word[0] << 16 | (wave->v[first][lane] & 0xffff);
    for (int i = 0; i < (width.bytes + 3) / 4; i++)
        wave->v[first + i][lane] = word[i];
}

void sim_store_lane(const sim_wave *wave, int first, int lane, void *to, sim_width width)
{
    uint32_t word[4] = { 0 };
    for (int i = 0; i < (width.bytes + 3) / 4; i++)
        word[i] = wave->v[first + i][lane];
    if (width.widening & SIM_HIGH_HALF)
        word[0] >>= 16;
    memcpy(to, word, (size_t)width.bytes);
}

char *sim_global_address(const sim_wave *wave, const sim_instruction *in, int k, int lane)
{
    const sim_operand *base = in->operand + in->num_operands - 1, *vector = in->operand + k;
    const int has_base = !strncmp(in->name, "global_", 7) && base->kind == SIM_SCALAR && base->index != SIM_NULL;
    const uint32_t low = wave->v[vector->index][lane];
    const uint64_t address =
        has_base ? sim_scalar64(wave, base) + low : (uint64_t)wave->v[vector->index + 1][lane] << 32 | low;
    return (char *)(uintptr_t)(address + (uint64_t)(int64_t)in->offset);
}

enum { LOAD, STORE };

static int move_global(sim_wave *wave, const sim_instruction *in)
{
    const uint64_t exec = sim_exec(wave);
    const sim_width width = in->row->width;
    const int store = in->row->flag == STORE;
    wave->group->widths += (uint64_t)width.bytes;
    for (int lane = 0; lane < wave->lanes; lane++) {
        if (!(exec >> lane & 1))
            continue;
        char *at = sim_global_address(wave, in, store ? 0 : 1, lane);
        if (!sim_check_shared(wave, in, at, (size_t)width.bytes, lane, store))
            return SIM_ERROR;
        if (width.bytes >= 4 && (uintptr_t)at % 4)
            return sim_fail(wave, "%s: the address %p of lane %d is no multiple of 4", in->name, (void *)at, lane);
        if (store)
            sim_store_lane(wave, in->operand[1].index, lane, at, width);
        else
            sim_load_lane(wave, in->operand[0].index, lane, at, width);
    }
    return SIM_NEXT;
}

/* A lane's private memory from byte `at` on, and its registers from `first` on. */
static int move_lane(sim_wave *wave, const sim_instruction *in, int first, int lane, int64_t at)
{
    const sim_width width = in->row->width;
    const uint32_t room = wave->group->launch->private_bytes;
    if (at < 0 || at + width.bytes > room)
        return sim_fail(wave, "%s: byte %lld of %u of private memory, lane %d", in->name, (long long)at, room, lane);
    unsigned char *memory = wave->private_memory + (size_t)lane * room + at;
    if (in->row->flag == STORE)
        sim_store_lane(wave, first, lane, memory, width);
    else
        sim_load_lane(wave, first, lane, memory, width);
    return SIM_NEXT;
}

/* "buffer_store_dword v1, off, s[0:3], 0 offset:4": here only to the wave's private memory, whose descriptor has the mark that
 * a wave starts with. */
static int move_private(sim_wave *wave, const sim_instruction *in)
{
    const uint64_t exec = sim_exec(wave);
    const int64_t base = (int64_t)(uint32_t)in->offset + sim_scalar32(wave, in->operand + 3);
    if (wave->s[in->operand[2].index + 3] != SIM_POISON)
        return sim_fail(wave, "%s: a buffer other than the private memory is not known", in->name);
    for (int lane = 0; lane < wave->lanes; lane++)
        if (exec >> lane & 1 && move_lane(wave, in, in->operand[0].index, lane,
                                          base + (in->has_offen ? wave->v[in->operand[1].index][lane] : 0)) < 0)
            return SIM_ERROR;
    return SIM_NEXT;
}

/* "scratch_store_b64 off, v[0:1], s32 offset:8": private memory by an offset of each lane, one of all, and a constant. */
static int move_scratch(sim_wave *wave, const sim_instruction *in)
{
    const uint64_t exec = sim_exec(wave);
    const int store = in->row->flag == STORE;
    const sim_operand *each = in->operand + !store, *all = in->operand + 2;
    const int64_t base = in->offset + (all->kind == SIM_OFF ? 0 : (int64_t)sim_scalar32(wave, all));
    for (int lane = 0; lane < wave->lanes; lane++)
        if (exec >> lane & 1 && move_lane(wave, in, in->operand[store].index, lane,
                                          base + (each->kind == SIM_OFF ? 0 : wave->v[each->index][lane])) < 0)
            return SIM_ERROR;
    return SIM_NEXT;
}

int sim_identify_memory(sim_instruction *in)
{
    static const struct {
        const char *prefix;
        sim_run *run;
        int flag;
    } kinds[] = {
        { "global_load_", move_global, LOAD },   { "global_store_", move_global, STORE },
        { "flat_load_", move_global, LOAD },     { "flat_store_", move_global, STORE },
        { "buffer_load_", move_private, LOAD },  { "buffer_store_", move_private, STORE },
        { "scratch_load_", move_scratch, LOAD }, { "scratch_store_", move_scratch, STORE },
    };
    static const char *const atomics[] = { "global_atomic_", "flat_atomic_" };
    for (size_t i = 0; i < sizeof atomics / sizeof atomics[0]; i++)
        if (!strncmp(in->name, atomics[i], strlen(atomics[i])))
            return sim_identify_atomic(in, in->name + strlen(atomics[i]));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const size_t length = strlen(kinds[i].prefix);
        const sim_width width =
            strncmp(in->name, kinds[i].prefix, length) ? (sim_width){ 0, 0 } : sim_width_of(in->name + length);
        if (!width.bytes)
            continue;
        in->own = (sim_row){ in->name, kinds[i].run, NULL, NULL, kinds[i].flag, width };
        return 1;
    }
    return 0;
}
