/* Atomics on global memory. */
#include "families.h"
#include <string.h>

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
        char *at = sim_global_address(wave, in, first, lane);
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

int sim_identify_atomic(sim_instruction *in, const char *rest)
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
