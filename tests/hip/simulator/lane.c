/* Lanes that see each other: counts of a mask, single lanes, permutations through the local memory's hardware. */
#include "families.h"
#include <string.h>

/* Bits of a mask below each lane, added to y: of the lower 32 lanes, or of the upper. */
static int mask_count(sim_wave *wave, const sim_instruction *in)
{
    sim_lanes x, y, result;
    const int first = in->row->flag;
    sim_read(wave, in, 1, 'w', wave->lanes, &x);
    sim_read(wave, in, 2, 'w', wave->lanes, &y);
    for (int lane = 0; lane < wave->lanes; lane++) {
        const int below = lane - first;
        const uint32_t mask = below <= 0 ? 0 : below >= 32 ? ~0u : ((uint32_t)1 << below) - 1;
        result.w[lane] = (uint32_t)__builtin_popcount(x.w[lane] & mask) + y.w[lane];
    }
    sim_write(wave, in, 'w', &result);
    return SIM_NEXT;
}

static int read_first_lane(sim_wave *wave, const sim_instruction *in)
{
    const uint64_t exec = sim_exec(wave);
    sim_lanes x;
    sim_read(wave, in, 1, 'w', wave->lanes, &x);
    sim_set32(wave, in->operand, x.w[exec ? __builtin_ctzll(exec) : 0]);
    return SIM_NEXT;
}

static int read_lane(sim_wave *wave, const sim_instruction *in)
{
    const uint32_t lane = sim_scalar32(wave, in->operand + 2) & (uint32_t)(wave->lanes - 1);
    sim_set32(wave, in->operand, wave->v[in->operand[1].index][lane]);
    return SIM_NEXT;
}

static int write_lane(sim_wave *wave, const sim_instruction *in)
{
    const uint32_t lane = sim_scalar32(wave, in->operand + 2) & (uint32_t)(wave->lanes - 1);
    wave->v[in->operand[0].index][lane] = sim_scalar32(wave, in->operand + 1);
    return SIM_NEXT;
}

/* result, address, value: the value of lane address / 4; a lane that is off gives zero. On chips whose waves of 64 are two
 * halves of 32 (gfx10 and later) lanes see their own half only. */
static int permute_back(sim_wave *wave, const sim_instruction *in)
{
    const uint64_t exec = sim_exec(wave);
    sim_lanes address, value, result;
    sim_read(wave, in, 1, 'w', wave->lanes, &address);
    sim_read(wave, in, 2, 'w', wave->lanes, &value);
    const int halves = !wave->zero_high && wave->lanes == 64;
    for (int lane = 0; lane < wave->lanes; lane++) {
        const uint32_t asked = (address.w[lane] + (uint32_t)in->offset) >> 2;
        const uint32_t from = halves ? (asked & 31) | ((uint32_t)lane & 32) : asked & (uint32_t)(wave->lanes - 1);
        result.w[lane] = exec >> from & 1 ? value.w[from] : 0;
    }
    sim_write_registers(wave, in->operand, 0, result.w);
    return SIM_NEXT;
}

/* The same the other way round: lanes send; who got nothing has zero. */
static int permute_forth(sim_wave *wave, const sim_instruction *in)
{
    const uint64_t exec = sim_exec(wave);
    sim_lanes address, value, result = { 0 };
    sim_read(wave, in, 1, 'w', wave->lanes, &address);
    sim_read(wave, in, 2, 'w', wave->lanes, &value);
    for (int lane = 0; lane < wave->lanes; lane++)
        if (exec >> lane & 1)
            result.w[(address.w[lane] + (uint32_t)in->offset) >> 2 & (uint32_t)(wave->lanes - 1)] = value.w[lane];
    sim_write_registers(wave, in->operand, 0, result.w);
    return SIM_NEXT;
}

/* The offset says how: groups of four rearranged, or masks over groups of 32. */
static int swizzle(sim_wave *wave, const sim_instruction *in)
{
    const uint64_t exec = sim_exec(wave);
    const int how = in->offset;
    sim_lanes value, result;
    sim_read(wave, in, 1, 'w', wave->lanes, &value);
    for (int lane = 0; lane < wave->lanes; lane++) {
        const int place = lane & 31;
        const int from = how & 0x8000 ? (lane & ~3) + (how >> (2 * (lane & 3)) & 3)
                                      : (lane & ~31) + (((place & (how & 31)) | (how >> 5 & 31)) ^ (how >> 10 & 31));
        result.w[lane] = exec >> from & 1 ? value.w[from] : 0;
    }
    sim_write_registers(wave, in->operand, 0, result.w);
    return SIM_NEXT;
}

/* A register whose number m0 moves: the source's (`flag` 0) or the result's. */
static int move_relative(sim_wave *wave, const sim_instruction *in)
{
    const uint32_t moved = wave->s[SIM_M0];
    sim_instruction at = *in;
    sim_lanes value;
    sim_operand *operand = at.operand + (in->row->flag ? 0 : 1);
    if (operand->kind != SIM_VECTOR || operand->index + (uint64_t)moved >= SIM_ACCUMULATORS)
        return sim_fail(wave, "%s: a register moved by %u", in->name, moved);
    operand->index = (uint16_t)(operand->index + moved);
    sim_read(wave, &at, 1, 'w', wave->lanes, &value);
    sim_write_registers(wave, at.operand, 0, value.w);
    return SIM_NEXT;
}

const sim_row sim_lane_rows[] = {
    { "v_movrels_b32", move_relative, NULL, NULL, 0 },
    { "v_movreld_b32", move_relative, NULL, NULL, 1 },
    { "v_mbcnt_lo_u32_b32", mask_count, NULL, NULL, 0 },
    { "v_mbcnt_hi_u32_b32", mask_count, NULL, NULL, 32 },
    { "v_readfirstlane_b32", read_first_lane, NULL, NULL, 0 },
    { "v_readlane_b32", read_lane, NULL, NULL, 0 },
    { "v_writelane_b32", write_lane, NULL, NULL, 0 },
    { "ds_bpermute_b32", permute_back, NULL, NULL, 0 },
    { "ds_permute_b32", permute_forth, NULL, NULL, 0 },
    { "ds_swizzle_b32", swizzle, NULL, NULL, 0 },
    { NULL, NULL, NULL, NULL, 0 },
};
