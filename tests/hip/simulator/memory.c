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

/* Where a lane of a global or flat access goes: the vector operand `k` holds an address, or an offset from a scalar one. */
static char *global_address(const sim_wave *wave, const sim_instruction *in, int k, int lane)
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
    for (int lane = 0; lane < wave->lanes; lane++) {
        if (!(exec >> lane & 1))
            continue;
        char *at = global_address(wave, in, store ? 0 : 1, lane);
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

/* "buffer_store_dword v1, off, s[0:3], 0 offset:4": here only to the wave's private memory, whose descriptor has the mark that
 * a wave starts with. */
static int move_private(sim_wave *wave, const sim_instruction *in)
{
    const uint64_t exec = sim_exec(wave);
    const sim_width width = in->row->width;
    const uint32_t room = wave->group->launch->private_bytes;
    const sim_operand *vector = in->operand + 1;
    if (wave->s[in->operand[2].index + 3] != SIM_POISON)
        return sim_fail(wave, "%s: a buffer other than the private memory is not known", in->name);
    for (int lane = 0; lane < wave->lanes; lane++) {
        if (!(exec >> lane & 1))
            continue;
        const uint64_t at = (uint64_t)(uint32_t)in->offset + sim_scalar32(wave, in->operand + 3) +
                            (in->has_offen ? wave->v[vector->index][lane] : 0);
        if (at + (uint64_t)width.bytes > room)
            return sim_fail(wave, "%s: byte %llu of %u of private memory, lane %d", in->name, (unsigned long long)at,
                            room, lane);
        unsigned char *memory = wave->private_memory + (size_t)lane * room + at;
        if (in->row->flag == STORE)
            sim_store_lane(wave, in->operand[0].index, lane, memory, width);
        else
            sim_load_lane(wave, in->operand[0].index, lane, memory, width);
    }
    return SIM_NEXT;
}

/* --- atomics --- */

typedef uint64_t combine(uint64_t old, uint64_t value, uint64_t compare, int wide);
#define COMBINE(name, expression) \
    static uint64_t name(uint64_t old, uint64_t value, uint64_t compare, int wide) \
    { \
        return expression; \
    }
#define AS_SIGNED(v) (wide ? (int64_t)(v) : (int64_t)(int32_t)(v))
COMBINE(atomic_add, old + value)
COMBINE(atomic_sub, old - value)
COMBINE(atomic_swap, value)
COMBINE(atomic_cmpswap, old == compare ? value : old)
COMBINE(atomic_and, old &value)
COMBINE(atomic_or, old | value)
COMBINE(atomic_xor, old ^ value)
COMBINE(atomic_umin, old < value ? old : value)
COMBINE(atomic_umax, old > value ? old : value)
COMBINE(atomic_smin, AS_SIGNED(old) < AS_SIGNED(value) ? old : value)
COMBINE(atomic_smax, AS_SIGNED(old) > AS_SIGNED(value) ? old : value)
COMBINE(atomic_add_float, sim_bits(sim_float((uint32_t)old) + sim_float((uint32_t)value)))

static const struct {
    const char *name, *newer; /* gfx11 has other names; 32 or 64 follows them, where "_x2" follows an older one */
    combine *function;
} atomics[] = {
    { "add_f32", "add_f", atomic_add_float },   { "add", "add_u", atomic_add },   { "sub", "sub_u", atomic_sub },
    { "swap", "swap_b", atomic_swap },          { "and", "and_b", atomic_and },   { "or", "or_b", atomic_or },
    { "cmpswap", "cmpswap_b", atomic_cmpswap }, { "xor", "xor_b", atomic_xor },   { "umin", "min_u", atomic_umin },
    { "umax", "max_u", atomic_umax },           { "smin", "min_i", atomic_smin }, { "smax", "max_i", atomic_smax },
};

static uint64_t registers(const sim_wave *wave, int first, int lane, int wide)
{
    return wide ? (uint64_t)wave->v[first + 1][lane] << 32 | wave->v[first][lane] : wave->v[first][lane];
}

static uint64_t exchange(void *at, int wide, combine *function, uint64_t value, uint64_t compare)
{
    if (wide) {
        uint64_t old = __atomic_load_n((uint64_t *)at, __ATOMIC_SEQ_CST);
        while (!__atomic_compare_exchange_n((uint64_t *)at, &old, function(old, value, compare, 1), 0, __ATOMIC_SEQ_CST,
                                            __ATOMIC_SEQ_CST)) {
        }
        return old;
    }
    uint32_t old = __atomic_load_n((uint32_t *)at, __ATOMIC_SEQ_CST);
    while (!__atomic_compare_exchange_n((uint32_t *)at, &old, (uint32_t)function(old, value, compare, 0), 0,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
    }
    return old;
}

/* [result,] address, value[, base] */
static int atomic(sim_wave *wave, const sim_instruction *in)
{
    const uint64_t exec = sim_exec(wave);
    const int wide = in->row->flag, first = in->returns ? 1 : 0, value = in->operand[first + 1].index;
    for (int lane = 0; lane < wave->lanes; lane++) {
        if (!(exec >> lane & 1))
            continue;
        char *at = global_address(wave, in, first, lane);
        if (!sim_check_memory(wave, in, at, wide ? 8 : 4, lane))
            return SIM_ERROR;
        if ((uintptr_t)at % (wide ? 8 : 4))
            return sim_fail(wave, "%s: the address %p of lane %d is not aligned", in->name, (void *)at, lane);
        const uint64_t old = exchange(at, wide, (combine *)in->row->function, registers(wave, value, lane, wide),
                                      registers(wave, value + (wide ? 2 : 1), lane, wide));
        if (in->returns) {
            wave->v[in->operand[0].index][lane] = (uint32_t)old;
            if (wide)
                wave->v[in->operand[0].index + 1][lane] = (uint32_t)(old >> 32);
        }
    }
    return SIM_NEXT;
}

static const char *after(const char *name, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (!strncmp(name, *prefixes, strlen(*prefixes)))
            return name + strlen(*prefixes);
    return NULL;
}

/* 0 where `rest` is no form of the atomic, else its bits. */
static int atomic_bits(size_t i, const char *rest)
{
    const size_t older = strlen(atomics[i].name), newer = strlen(atomics[i].newer);
    const char *const after_older = strncmp(rest, atomics[i].name, older) ? "none" : rest + older;
    const char *const after_newer = strncmp(rest, atomics[i].newer, newer) ? "none" : rest + newer;
    if (!strcmp(after_older, "") || !strcmp(after_newer, "32"))
        return 32;
    return (!strcmp(after_older, "_x2") || !strcmp(after_newer, "64")) && atomics[i].function != atomic_add_float ? 64
                                                                                                                  : 0;
}

static int identify_atomic(sim_instruction *in, const char *rest)
{
    for (size_t i = 0; i < sizeof atomics / sizeof atomics[0]; i++) {
        const int bits = atomic_bits(i, rest);
        if (!bits)
            continue;
        in->own = (sim_row){ in->name, atomic, NULL, (const void *)atomics[i].function, bits == 64 };
        return 1;
    }
    return 0;
}

int sim_identify_memory(sim_instruction *in)
{
    static const char *const loads[] = { "global_load_", "flat_load_", NULL }, *const stores[] = { "global_store_",
                                                                                                   "flat_store_",
                                                                                                   NULL };
    static const char *const from_private[] = { "buffer_load_", NULL }, *const to_private[] = { "buffer_store_", NULL };
    static const char *const atomic_prefixes[] = { "global_atomic_", "flat_atomic_", NULL };
    const char *rest = after(in->name, loads), *stored = after(in->name, stores);
    const char *loaded_private = after(in->name, from_private), *stored_private = after(in->name, to_private);
    const char *atomic_rest = after(in->name, atomic_prefixes);
    if (atomic_rest)
        return identify_atomic(in, atomic_rest);
    const char *width_name = rest ? rest : stored ? stored : loaded_private ? loaded_private : stored_private;
    const sim_width width = width_name ? sim_width_of(width_name) : (sim_width){ 0, 0 };
    if (!width.bytes)
        return 0;
    in->own = (sim_row){ in->name, rest || stored ? move_global : move_private, NULL,
                         NULL,     stored || stored_private ? STORE : LOAD,     width };
    return 1;
}
