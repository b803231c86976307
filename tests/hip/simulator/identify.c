/* From an instruction's name to what it does. */
#include "families.h"
#include <stdio.h>
#include <string.h>

static const sim_row *find(const sim_row *rows, const char *name)
{
    for (; rows->name; rows++)
        if (!strcmp(rows->name, name))
            return rows;
    return NULL;
}

/* gfx8 has the sums with carry under the names that later chips gave to sums without: five operands tell. */
static void rename_carry(sim_instruction *in)
{
    static const char *const names[] = { "v_add_u32",  "v_sub_u32",  "v_subrev_u32",
                                         "v_addc_u32", "v_subb_u32", "v_subbrev_u32" };
    char renamed[sizeof in->name];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (in->num_operands >= 4 && !strcmp(in->name, names[i])) {
            snprintf(renamed, sizeof renamed, "%.*s_co_u32", (int)(strlen(in->name) - 4), in->name);
            strcpy(in->name, renamed);
            return;
        }
}

/* gfx11 and gfx12 gave some instructions other names. */
static void rename_newer(sim_instruction *in)
{
    static const struct {
        const char *newer, *older;
    } parts[] = {
        { "_and_not1_", "_andn2_" },
        { "_or_not1_", "_orn2_" },
        { "_and_not0_", "_andn1_" },
        { "_or_not0_", "_orn1_" },
        { "v_clz_i32_u32", "v_ffbh_u32" },
        { "v_ctz_i32_b32", "v_ffbl_b32" },
        { "v_cls_i32", "v_ffbh_i32" },
        { "s_clz_i32_u32", "s_flbit_i32_b32" },
        { "s_ctz_i32_b32", "s_ff1_i32_b32" },
        { "_num_f", "_f" },
        { "v_s_", "v_" }, /* of scalar registers */
    };
    char renamed[2 * sizeof in->name];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *at = strstr(in->name, parts[i].newer);
        if (!at)
            continue;
        snprintf(renamed, sizeof renamed, "%.*s%s%s", (int)(at - in->name), in->name, parts[i].older,
                 at + strlen(parts[i].newer));
        snprintf(in->name, sizeof in->name, "%.*s", (int)sizeof in->name - 1, renamed);
        return;
    }
}

/* Floats in scalar registers (gfx12): what the vector instruction of that name does in a lane. */
static int identify_scalar_float(sim_instruction *in)
{
    char name[sizeof in->name];
    snprintf(name, sizeof name, "v_%.*s", (int)sizeof name - 3, in->name + 2);
    const sim_row *row = strncmp(in->name, "s_", 2) ? NULL : find(sim_float_rows, name);
    if (!row && !strncmp(in->name, "s_cvt_", 6))
        row = find(sim_convert_rows, name);
    if (!row || row->run != sim_lanewise || strpbrk(row->types, "hdsq"))
        return 0;
    in->own = (sim_row){ in->name, sim_scalar_float, row->types, row->function, row->flag };
    return 1;
}

static int begins(const char *name, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (!strncmp(name, *prefixes, strlen(*prefixes)))
            return 1;
    return 0;
}

static enum simulator_unit unit_of(const char *name)
{
    static const char *const memory[] = { "global_", "flat_", "buffer_", "scratch_", NULL }, *const local[] = { "ds_",
                                                                                                                NULL };
    static const char *const quarter[] = { "v_exp_", "v_log_",       "v_rcp_",    "v_rsq_",     "v_sqrt_",    "v_sin_",
                                           "v_cos_", "v_mul_lo_u32", "v_mul_hi_", "v_mad_u64_", "v_mad_i64_", NULL };
    if (begins(name, memory))
        return SIM_UNIT_MEMORY;
    if (begins(name, local))
        return SIM_UNIT_LOCAL;
    if (name[0] != 'v')
        return SIM_UNIT_SCALAR;
    return begins(name, quarter) ? SIM_UNIT_QUARTER : strstr(name, "_f64") ? SIM_UNIT_DOUBLE : SIM_UNIT_VECTOR;
}

void sim_identify(sim_instruction *in)
{
    static const sim_row *const tables[] = { sim_integer_rows, sim_float_rows,  sim_double_rows,   sim_half_rows,
                                             sim_convert_rows, sim_carry_rows,  sim_division_rows, sim_lane_rows,
                                             sim_scalar_rows,  sim_control_rows };
    rename_carry(in);
    rename_newer(in);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && !in->row; i++)
        in->row = find(tables[i], in->name);
    if (!in->row && (sim_identify_compare(in) || sim_identify_memory(in) || sim_identify_local(in) ||
                     sim_identify_control(in) || identify_scalar_float(in)))
        in->row = &in->own;
    in->unit = (uint8_t)unit_of(in->name);
    in->first_source = in->row && sim_has_two_results(in->row) ? 2 : 1;
}
