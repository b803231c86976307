/* Instructions with a second result, a mask over lanes: carries, 64-bit products, selections. */
#include "mode.h"

enum { SUBTRACT = 1, REVERSED = 2, CARRY_IN = 4 };

/* result, carry out, x, y[, carry in] */
static int add_with_carry(sim_wave *wave, const sim_instruction *in)
{
    sim_lanes x, y, result;
    uint64_t out = 0;
    const uint64_t carry =
        in->row->flag & CARRY_IN ? sim_mask(wave, in->num_operands > 4 ? in->operand + 4 : &sim_vcc) : 0;
    sim_read(wave, in, 2, 'w', wave->lanes, &x);
    sim_read(wave, in, 3, 'w', wave->lanes, &y);
    for (int lane = 0; lane < wave->lanes; lane++) {
        const uint64_t a = in->row->flag & REVERSED ? y.w[lane] : x.w[lane];
        const uint64_t b = in->row->flag & REVERSED ? x.w[lane] : y.w[lane];
        const uint64_t c = carry >> lane & 1, sum = in->row->flag & SUBTRACT ? a - b - c : a + b + c;
        result.w[lane] = (uint32_t)sum;
        out |= (sum >> 32 & 1) << lane;
    }
    sim_write_registers(wave, in->operand, 0, result.w);
    sim_set_mask(wave, in->operand + 1, out & sim_exec(wave));
    return SIM_NEXT;
}

/* result (64 bits), carry out, x, y, z (64 bits): x * y + z */
static int multiply_add64(sim_wave *wave, const sim_instruction *in)
{
    sim_lanes x, y, z;
    uint32_t part[2][SIM_LANES];
    uint64_t out = 0;
    sim_read(wave, in, 2, 'w', wave->lanes, &x);
    sim_read(wave, in, 3, 'w', wave->lanes, &y);
    sim_read(wave, in, 4, 'q', wave->lanes, &z);
    for (int lane = 0; lane < wave->lanes; lane++) {
        const unsigned __int128 product =
            in->row->flag ? (unsigned __int128)((__int128)(int32_t)x.w[lane] * (int32_t)y.w[lane] + (int64_t)z.q[lane])
                          : (unsigned __int128)((uint64_t)x.w[lane] * y.w[lane]) + z.q[lane];
        part[0][lane] = (uint32_t)product;
        part[1][lane] = (uint32_t)(product >> 32);
        out |= (uint64_t)(product >> 64 & 1) << lane;
    }
    sim_write_registers(wave, in->operand, 0, part[0]);
    sim_write_registers(wave, in->operand, 1, part[1]);
    sim_set_mask(wave, in->operand + 1, out & sim_exec(wave));
    return SIM_NEXT;
}

/* result, x, y[, mask]: y where the mask is set. Signs may be changed, as of floats. */
static int select_lanes(sim_wave *wave, const sim_instruction *in)
{
    sim_lanes x, y, result;
    const uint64_t mask = sim_mask(wave, in->num_operands > 3 ? in->operand + 3 : &sim_vcc);
    const uint32_t mode = wave->mode;
    wave->mode = SIM_MODE_USUAL; /* bits are moved */
    sim_read(wave, in, 1, 'f', wave->lanes, &x);
    sim_read(wave, in, 2, 'f', wave->lanes, &y);
    wave->mode = mode;
    for (int lane = 0; lane < wave->lanes; lane++)
        result.w[lane] = mask >> lane & 1 ? y.w[lane] : x.w[lane];
    sim_write(wave, in, 'w', &result);
    return SIM_NEXT;
}

int sim_has_two_results(const sim_row *row)
{
    return row->run == add_with_carry || row->run == multiply_add64;
}

const sim_row sim_carry_rows[] = {
    { "v_add_co_u32", add_with_carry, NULL, NULL, 0 },
    { "v_sub_co_u32", add_with_carry, NULL, NULL, SUBTRACT },
    { "v_subrev_co_u32", add_with_carry, NULL, NULL, SUBTRACT | REVERSED },
    { "v_addc_co_u32", add_with_carry, NULL, NULL, CARRY_IN },
    { "v_add_co_ci_u32", add_with_carry, NULL, NULL, CARRY_IN },
    { "v_subb_co_u32", add_with_carry, NULL, NULL, SUBTRACT | CARRY_IN },
    { "v_sub_co_ci_u32", add_with_carry, NULL, NULL, SUBTRACT | CARRY_IN },
    { "v_subbrev_co_u32", add_with_carry, NULL, NULL, SUBTRACT | REVERSED | CARRY_IN },
    { "v_subrev_co_ci_u32", add_with_carry, NULL, NULL, SUBTRACT | REVERSED | CARRY_IN },
    { "v_mad_u64_u32", multiply_add64, NULL, NULL, 0 },
    { "v_mad_co_u64_u32", multiply_add64, NULL, NULL, 0 },
    { "v_mad_i64_i32", multiply_add64, NULL, NULL, 1 },
    { "v_mad_co_i64_i32", multiply_add64, NULL, NULL, 1 },
    { "v_cndmask_b32", select_lanes, NULL, NULL, 0 },
    { NULL, NULL, NULL, NULL, 0 },
};
