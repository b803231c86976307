#include "mode.h"
#include <string.h>

const sim_operand sim_vcc = { .kind = SIM_SCALAR, .index = SIM_VCC, .count = 2 };
const sim_operand sim_exec_mask = { .kind = SIM_SCALAR, .index = SIM_EXEC, .count = 2 };

/* --- scalars --- */

uint32_t sim_scalar32(const sim_wave *wave, const sim_operand *from)
{
    switch (from->kind) {
    case SIM_SCALAR:
        return from->index == SIM_NULL ? 0 : wave->s[from->index];
    case SIM_REAL:
        return sim_bits((float)from->real);
    default:
        return (uint32_t)from->integer;
    }
}

static uint64_t double_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

uint64_t sim_scalar64(const sim_wave *wave, const sim_operand *from)
{
    switch (from->kind) {
    case SIM_SCALAR:
        return from->index == SIM_NULL ? 0 : (uint64_t)wave->s[from->index + 1] << 32 | wave->s[from->index];
    case SIM_REAL:
        return double_bits(from->real);
    default:
        return from->literal ? (uint32_t)from->integer : (uint64_t)from->integer;
    }
}

void sim_set32(sim_wave *wave, const sim_operand *to, uint32_t value)
{
    if (to->index != SIM_NULL)
        wave->s[to->index] = value;
}

void sim_set64(sim_wave *wave, const sim_operand *to, uint64_t value)
{
    if (to->index == SIM_NULL)
        return;
    wave->s[to->index] = (uint32_t)value;
    wave->s[to->index + 1] = (uint32_t)(value >> 32);
}

uint64_t sim_mask(const sim_wave *wave, const sim_operand *from)
{
    if (from->kind != SIM_SCALAR)
        return (uint64_t)from->integer;
    return wave->lanes == 64 ? sim_scalar64(wave, from) : sim_scalar32(wave, from);
}

void sim_set_mask(sim_wave *wave, const sim_operand *to, uint64_t mask)
{
    if (wave->lanes == 64)
        sim_set64(wave, to, mask);
    else
        sim_set32(wave, to, (uint32_t)mask);
}

/* --- lanes that are read in place of others --- */

/* The lane that `lane` reads, or -1. */
static int dpp_source(const sim_instruction *in, int lane, int lanes)
{
    const int row = lane & ~15, place = lane & 15, by = in->dpp_argument;
    switch (in->dpp) {
    case SIM_DPP_QUAD:
        return (lane & ~3) + in->quad[lane & 3];
    case SIM_DPP_SHL:
        return place + by < 16 ? lane + by : -1;
    case SIM_DPP_SHR:
        return place >= by ? lane - by : -1;
    case SIM_DPP_ROR:
        return row + ((place - by) & 15);
    case SIM_DPP_MIRROR:
        return row + 15 - place;
    case SIM_DPP_HALF_MIRROR:
        return (lane & ~7) + 7 - (lane & 7);
    case SIM_DPP_BCAST: /* 15: the last lane of the row before; 31: lane 31 for the upper half */
        return by == 15 ? row - 1 : lane >= 32 ? 31 : -1;
    case SIM_DPP_SHARE:
        return row + by;
    case SIM_DPP_XMASK:
        return row + (place ^ by);
    case SIM_DPP_WAVE_SHL:
        return lane + 1 < lanes ? lane + 1 : -1;
    case SIM_DPP_WAVE_SHR:
        return lane - 1;
    default:
        return lane;
    }
}

static int dpp_reads(const sim_wave *wave, const sim_instruction *in, int lane)
{
    const int from = dpp_source(in, lane, wave->lanes);
    return from >= 0 && (sim_exec(wave) >> from & 1) ? from : -1;
}

static void read_dpp(const sim_wave *wave, const sim_instruction *in, const uint32_t *from, int n, uint32_t *out)
{
    for (int lane = 0; lane < n; lane++) {
        const int source = dpp_reads(wave, in, lane);
        out[lane] = source < 0 ? 0 : from[source];
    }
}

/* --- vectors --- */

static uint32_t select_part(uint32_t value, int part, int sign_extend)
{
    if (part < 4) {
        value = value >> (8 * part) & 255;
        return sign_extend ? (uint32_t)(int32_t)(int8_t)value : value;
    }
    if (part < SIM_SELECT_ALL) {
        value = value >> (16 * (part - 4)) & 0xffff;
        return sign_extend ? (uint32_t)(int32_t)(int16_t)value : value;
    }
    return value;
}

/* Register `part` of the operand, as 32 bits, without modifiers of numbers. */
static void read_raw(const sim_wave *wave, const sim_instruction *in, int k, int part, int n, uint32_t *out)
{
    const sim_operand *from = in->operand + k;
    const int source = k - in->first_source;
    const int place = source == 0 ? in->select[0] : source == 1 ? in->select[1] : SIM_SELECT_ALL;
    if (from->kind == SIM_VECTOR) {
        const uint32_t moved = source == 0 && wave->index_source ? wave->s[SIM_M0] & 255 : 0;
        const uint32_t *lanes = wave->v[(from->index + (uint32_t)part + moved) % SIM_VECTORS];
        if (in->dpp && source == 0)
            read_dpp(wave, in, lanes, n, out);
        else
            memcpy(out, lanes, (size_t)n * sizeof *out);
    } else {
        sim_operand one = *from;
        one.index = (uint16_t)(one.index + part);
        const uint32_t value = sim_scalar32(wave, &one);
        for (int lane = 0; lane < n; lane++)
            out[lane] = value;
    }
    if (place != SIM_SELECT_ALL)
        for (int lane = 0; lane < n; lane++)
            out[lane] = select_part(out[lane], place, from->sign_extend);
}

static void read64(const sim_wave *wave, const sim_instruction *in, int k, char type, int n, uint64_t *out)
{
    const sim_operand *from = in->operand + k;
    if (from->kind == SIM_VECTOR) {
        for (int lane = 0; lane < n; lane++)
            out[lane] = (uint64_t)wave->v[from->index + 1][lane] << 32 | wave->v[from->index][lane];
    } else {
        uint64_t value = sim_scalar64(wave, from);
        if (from->kind == SIM_INTEGER && from->literal && type == 'd')
            value <<= 32; /* a literal is the upper half of a double */
        for (int lane = 0; lane < n; lane++)
            out[lane] = value;
    }
    if (type == 'd')
        for (int lane = 0; lane < n; lane++) {
            out[lane] &= from->absolute ? ~((uint64_t)1 << 63) : ~(uint64_t)0;
            out[lane] ^= (uint64_t)from->negate << 63;
        }
}

/* Bits of a half or of 16 bits: the upper half of the register where `high`. */
static void read16(const sim_wave *wave, const sim_instruction *in, int k, char type, int high, int negate, int n,
                   sim_lanes *out)
{
    const sim_operand *from = in->operand + k;
    if (from->kind == SIM_REAL) {
        for (int lane = 0; lane < n; lane++)
            out->w[lane] = sim_half_bits((float)from->real);
    } else {
        read_raw(wave, in, k, 0, n, out->w);
        for (int lane = 0; lane < n; lane++)
            out->w[lane] = out->w[lane] >> (high && from->kind != SIM_INTEGER ? 16 : 0) & 0xffff;
    }
    for (int lane = 0; lane < n; lane++) {
        out->w[lane] = (out->w[lane] & (from->absolute ? 0x7fff : 0xffff)) ^ (uint32_t)(from->negate ^ negate) << 15;
        if (type == 'h')
            out->f[lane] = sim_half(out->w[lane]);
    }
}

void sim_read_half(const sim_wave *wave, const sim_instruction *in, int k, char type, int high, int n, sim_lanes *out)
{
    const int bit = k - 1, hi = in->has_op_sel_hi ? in->op_sel_hi : 7;
    read16(wave, in, k, type, (high ? hi : in->op_sel) >> bit & 1, (high ? in->neg_hi : in->neg_lo) >> bit & 1, n, out);
    if (sim_flushes_sources(wave, type))
        sim_flush_lanes(type, n, out);
}

static void read_float(const sim_wave *wave, const sim_instruction *in, int k, int n, sim_lanes *out)
{
    const sim_operand *from = in->operand + k;
    read_raw(wave, in, k, 0, n, out->w);
    if (from->absolute || from->negate)
        for (int lane = 0; lane < n; lane++)
            out->w[lane] = (out->w[lane] & (from->absolute ? 0x7fffffff : ~0u)) ^ (uint32_t)from->negate << 31;
}

void sim_read(const sim_wave *wave, const sim_instruction *in, int k, char type, int n, sim_lanes *out)
{
    switch (type) {
    case 'q':
    case 'd':
        read64(wave, in, k, type, n, out->q);
        break;
    case 'h':
    case 's':
        read16(wave, in, k, type, in->op_sel >> (k - 1) & 1, 0, n, out);
        break;
    case 'f':
        read_float(wave, in, k, n, out);
        break;
    default:
        read_raw(wave, in, k, 0, n, out->w);
        break;
    }
    if (sim_flushes_sources(wave, type))
        sim_flush_lanes(type, n, out);
}

/* --- results --- */

static int dpp_writes(const sim_wave *wave, const sim_instruction *in, int lane)
{
    if (!(in->row_mask >> (lane / 16) & 1) || !(in->bank_mask >> (lane % 16 / 4) & 1))
        return 0;
    return in->bound_control || dpp_reads(wave, in, lane) >= 0;
}

/* Lanes that the instruction writes. */
static uint64_t written(const sim_wave *wave, const sim_instruction *in)
{
    uint64_t mask = sim_exec(wave);
    for (int lane = 0; in->dpp && lane < wave->lanes; lane++)
        if (!dpp_writes(wave, in, lane))
            mask &= ~((uint64_t)1 << lane);
    return mask;
}

static uint32_t place_part(const sim_instruction *in, uint32_t old, uint32_t value)
{
    const int bytes = in->select_result < 4, shift = bytes ? 8 * in->select_result : 16 * (in->select_result - 4);
    const uint32_t mask = (bytes ? 255u : 0xffffu) << shift, placed = value << shift & mask;
    if (in->unused == SIM_UNUSED_PRESERVE)
        return (old & ~mask) | placed;
    if (in->unused == SIM_UNUSED_SEXT && placed >> (shift + (bytes ? 7 : 15)) & 1)
        return placed | (uint32_t) ~(((uint64_t)1 << (shift + (bytes ? 8 : 16))) - 1);
    return placed;
}

static void write32(sim_wave *wave, const sim_instruction *in, uint64_t lanes, const uint32_t *value)
{
    const sim_operand *to = in->operand;
    if (to->kind == SIM_SCALAR) {
        sim_set32(wave, to, value[0]);
        return;
    }
    const uint32_t moved = wave->index_result ? wave->s[SIM_M0] & 255 : 0;
    uint32_t *out = wave->v[(to->index + moved) % SIM_VECTORS];
    for (int lane = 0; lane < wave->lanes; lane++)
        if (lanes >> lane & 1)
            out[lane] = in->select_result == SIM_SELECT_ALL ? value[lane] : place_part(in, out[lane], value[lane]);
}

static void write16(sim_wave *wave, const sim_instruction *in, uint64_t lanes, const uint32_t *value)
{
    uint32_t *out = wave->v[in->operand[0].index];
    const int high = in->op_sel >> (in->num_operands - 1) & 1; /* op_sel's last entry is the result's */
    if (in->select_result != SIM_SELECT_ALL) {
        write32(wave, in, lanes, value);
        return;
    }
    for (int lane = 0; lane < wave->lanes; lane++) {
        if (!(lanes >> lane & 1))
            continue;
        if (high)
            out[lane] = (out[lane] & 0xffff) | value[lane] << 16;
        else
            out[lane] = (wave->zero_high ? 0 : out[lane] & 0xffff0000) | (value[lane] & 0xffff);
    }
}

static float scaled(const sim_instruction *in, float value)
{
    static const float factors[] = { 0.5f, 1, 2, 4 };
    value *= factors[in->scale + 1];
    if (in->clamp)
        value = value > 0 ? (value < 1 ? value : 1) : 0;
    return value;
}

void sim_write_registers(sim_wave *wave, const sim_operand *to, int part, const uint32_t *value)
{
    const uint64_t lanes = sim_exec(wave);
    uint32_t *out = wave->v[to->index + part];
    for (int lane = 0; lane < wave->lanes; lane++)
        if (lanes >> lane & 1)
            out[lane] = value[lane];
}

static void write64(sim_wave *wave, const sim_instruction *in, const uint64_t *value)
{
    uint32_t part[2][SIM_LANES];
    for (int lane = 0; lane < wave->lanes; lane++) {
        part[0][lane] = (uint32_t)value[lane];
        part[1][lane] = (uint32_t)(value[lane] >> 32);
    }
    sim_write_registers(wave, in->operand, 0, part[0]);
    sim_write_registers(wave, in->operand, 1, part[1]);
}

void sim_write(sim_wave *wave, const sim_instruction *in, char type, const sim_lanes *value)
{
    sim_lanes done;
    const int simple = !in->scale && !in->clamp, flushes = type != 'h' && sim_flushes_results(wave, type);
    if (flushes || type == 'h' || (type == 'f' && !simple)) {
        for (int lane = 0; lane < wave->lanes; lane++)
            if (type == 'd')
                done.q[lane] = value->q[lane];
            else
                done.f[lane] = simple ? value->f[lane] : scaled(in, value->f[lane]);
        if (flushes)
            sim_flush_lanes(type, wave->lanes, &done);
        value = &done;
    }
    switch (type) {
    case 'q':
    case 'd':
        write64(wave, in, value->q);
        break;
    case 's':
        write16(wave, in, written(wave, in), value->w);
        break;
    case 'h':
        sim_halves(wave, in, &done);
        write16(wave, in, written(wave, in), done.w);
        break;
    default:
        write32(wave, in, written(wave, in), value->w);
        break;
    }
}
