#include "mode.h"
#include <string.h>

/* 32 bits as 64, in place. */
static void widen(sim_lanes *lanes, int n)
{
    for (int lane = n - 1; lane >= 0; lane--)
        lanes->q[lane] = lanes->w[lane];
}

/* Reads the sources that `types` names; '+' is the result's old value. Beside a result of type q all are 64 bits. */
static void read_sources(const sim_wave *wave, const sim_instruction *in, int n, sim_lanes source[3])
{
    const char *types = in->row->types + 2;
    for (int i = 0; i < 3 && types[i]; i++) {
        if (types[i] == '+')
            sim_read(wave, in, 0, in->row->types[0], n, source + i);
        else
            sim_read(wave, in, i + 1, types[i], n, source + i);
        if (in->row->types[0] == 'q' && types[i] == 'w')
            widen(source + i, n);
    }
}

/* The family's function, rounded as the mode has it where it rounds. */
static void apply(const sim_wave *wave, const sim_instruction *in, sim_lanes *result, const sim_lanes source[3])
{
    sim_rounded(wave, in->row->flag & SIM_ROUNDS ? in->row->types[0] : 'w', (sim_function *)in->row->function, result,
                source);
}

int sim_lanewise(sim_wave *wave, const sim_instruction *in)
{
    sim_lanes result, source[3] = { 0 };
    read_sources(wave, in, wave->lanes, source);
    apply(wave, in, &result, source);
    sim_write(wave, in, in->row->types[0], &result);
    return SIM_NEXT;
}

static uint64_t read_scalar(const sim_wave *wave, const sim_operand *from, char type)
{
    return type == 'q' ? sim_scalar64(wave, from) : sim_scalar32(wave, from);
}

int sim_scalarwise(sim_wave *wave, const sim_instruction *in)
{
    const char *types = in->row->types;
    sim_lanes result = { 0 }, source[3] = { 0 };
    sim_function *const function = (sim_function *)in->row->function;
    for (int i = 0; i < 3 && types[2 + i]; i++)
        source[i].q[0] = read_scalar(wave, in->operand + (types[2 + i] == '+' ? 0 : i + 1),
                                     types[2 + i] == '+' ? types[0] : types[2 + i]);
    function(&result, source, source + 1, source + 2, 1);
    if (types[0] == 'q')
        sim_set64(wave, in->operand, result.q[0]);
    else
        sim_set32(wave, in->operand, result.w[0]);
    if (in->row->flag == SIM_SCC_NONZERO)
        wave->s[SIM_SCC] = (types[0] == 'q' ? result.q[0] : result.w[0]) != 0;
    return SIM_NEXT;
}

int sim_scalar_float(sim_wave *wave, const sim_instruction *in)
{
    const char *types = in->row->types;
    sim_lanes result, source[3] = { 0 };
    for (int i = 0; i < 3 && types[2 + i]; i++) {
        const char type = types[2 + i] == '+' ? types[0] : types[2 + i];
        source[i].w[0] = sim_scalar32(wave, in->operand + (types[2 + i] == '+' ? 0 : i + 1));
        if (sim_flushes_sources(wave, type))
            sim_flush_lanes(type, 1, source + i);
    }
    apply(wave, in, &result, source);
    if (sim_flushes_results(wave, types[0]))
        sim_flush_lanes(types[0], 1, &result);
    sim_set32(wave, in->operand, result.w[0]);
    return SIM_NEXT;
}

int sim_packed16(sim_wave *wave, const sim_instruction *in)
{
    const char *types = in->row->types;
    uint32_t packed[SIM_LANES] = { 0 };
    for (int high = 0; high < 2; high++) {
        sim_lanes result, source[3] = { 0 };
        for (int i = 0; i < 3 && types[2 + i]; i++)
            sim_read_half(wave, in, i + 1, types[2 + i], high, wave->lanes, source + i);
        apply(wave, in, &result, source);
        if (types[0] == 'h')
            sim_halves(wave, in, &result);
        for (int lane = 0; lane < wave->lanes; lane++)
            packed[lane] |= (result.w[lane] & 0xffff) << 16 * high;
    }
    sim_write_registers(wave, in->operand, 0, packed);
    return SIM_NEXT;
}

/* Source k of half `high` of a packed pair of 32 bits. */
static void read_pair(const sim_wave *wave, const sim_instruction *in, int k, int high, sim_lanes *out)
{
    const sim_operand *from = in->operand + k;
    const int hi = in->has_op_sel_hi ? in->op_sel_hi : 7, second = (high ? hi : in->op_sel) >> (k - 1) & 1;
    const int negate = (high ? in->neg_hi : in->neg_lo) >> (k - 1) & 1;
    sim_operand one = *from;
    one.index = (uint16_t)(one.index + (from->count > 1 ? second : 0));
    for (int lane = 0; lane < wave->lanes; lane++) {
        const uint32_t value = from->kind == SIM_VECTOR ? wave->v[one.index][lane] : sim_scalar32(wave, &one);
        out->w[lane] = value ^ (uint32_t)negate << 31;
    }
    if (sim_flushes_sources(wave, in->row->types[0]))
        sim_flush_lanes(in->row->types[0], wave->lanes, out);
}

int sim_packed32(sim_wave *wave, const sim_instruction *in)
{
    sim_lanes result[2];
    for (int high = 0; high < 2; high++) {
        sim_lanes source[3] = { 0 };
        for (int i = 0; i < 3 && in->row->types[2 + i]; i++)
            read_pair(wave, in, i + 1, high, source + i);
        apply(wave, in, result + high, source);
        if (sim_flushes_results(wave, in->row->types[0]))
            sim_flush_lanes(in->row->types[0], wave->lanes, result + high);
    }
    sim_write_registers(wave, in->operand, 0, result[0].w);
    sim_write_registers(wave, in->operand, 1, result[1].w);
    return SIM_NEXT;
}
