/* Branches, barriers, masks of lanes that are on, modes. */
#include "mode.h"
#include <stdio.h>
#include <string.h>

static int nothing(sim_wave *wave, const sim_instruction *in)
{
    return SIM_NEXT;
}

static int end(sim_wave *wave, const sim_instruction *in)
{
    return SIM_END;
}

static int barrier(sim_wave *wave, const sim_instruction *in)
{
    return SIM_BARRIER;
}

/* gfx12 waits at a barrier in two steps, here always next to each other: what a wave did between them would count as done before
 * the barrier. */
static int signal(sim_wave *wave, const sim_instruction *in)
{
    if (in->operand[0].kind != SIM_INTEGER || in->operand[0].integer != -1)
        return sim_fail(wave, "%s of another barrier than the group's is not known", in->name);
    wave->signalled = wave->pc + 1;
    return SIM_NEXT;
}

static int wait(sim_wave *wave, const sim_instruction *in)
{
    if (wave->signalled != wave->pc)
        return sim_fail(wave, "%s does not follow its s_barrier_signal", in->name);
    return SIM_BARRIER;
}

enum { ALWAYS, EXECZ, EXECNZ, VCCZ, VCCNZ, SCC0, SCC1 };

static int taken(const sim_wave *wave, int when)
{
    switch (when) {
    case EXECZ:
        return sim_exec(wave) == 0;
    case EXECNZ:
        return sim_exec(wave) != 0;
    case VCCZ:
        return sim_mask(wave, &sim_vcc) == 0;
    case VCCNZ:
        return sim_mask(wave, &sim_vcc) != 0;
    case SCC0:
        return !wave->s[SIM_SCC];
    case SCC1:
        return wave->s[SIM_SCC] != 0;
    default:
        return 1;
    }
}

static int branch(sim_wave *wave, const sim_instruction *in)
{
    if (!taken(wave, in->row->flag))
        return SIM_NEXT;
    if (in->target < 0)
        return sim_fail(wave, "%s leaves the kernel", in->name);
    wave->pc = in->target;
    return SIM_JUMP;
}

/* "s_and_saveexec_b64 s[2:3], vcc": exec goes into the result and is combined with the source. */
static int save_exec(sim_wave *wave, const sim_instruction *in)
{
    const int wide = strstr(in->name, "_b64") != NULL;
    const uint64_t old = wide ? sim_scalar64(wave, &sim_exec_mask) : sim_scalar32(wave, &sim_exec_mask);
    const uint64_t source = wide ? sim_scalar64(wave, in->operand + 1) : sim_scalar32(wave, in->operand + 1);
    const uint64_t results[] = { source & old,  source | old,  source ^ old, source & ~old,
                                 source | ~old, ~source & old, ~source | old };
    const uint64_t exec = wide ? results[in->row->flag] : (uint32_t)results[in->row->flag];
    if (wide) {
        sim_set64(wave, in->operand, old);
        sim_set64(wave, &sim_exec_mask, exec);
    } else {
        sim_set32(wave, in->operand, (uint32_t)old);
        sim_set32(wave, &sim_exec_mask, (uint32_t)exec);
    }
    wave->s[SIM_SCC] = exec != 0;
    return SIM_NEXT;
}

/* "s_set_gpr_idx_on s4, gpr_idx(SRC0)": vector operands move by a register's number. */
static int index_on(sim_wave *wave, const sim_instruction *in)
{
    const char *what = in->operand[1].word;
    if (strstr(what, "SRC1") || strstr(what, "SRC2"))
        return sim_fail(wave, "%s %s is not known", in->name, what);
    wave->index_source = strstr(what, "SRC0") != NULL;
    wave->index_result = strstr(what, "DST") != NULL;
    wave->s[SIM_M0] = (wave->s[SIM_M0] & ~255u) | (sim_scalar32(wave, in->operand) & 255);
    return SIM_NEXT;
}

static int index_off(sim_wave *wave, const sim_instruction *in)
{
    wave->index_source = wave->index_result = 0;
    return SIM_NEXT;
}

/* Where the next instruction lies, from which code reckons its constants. */
static int program_counter(sim_wave *wave, const sim_instruction *in)
{
    sim_set64(wave, in->operand, (uint64_t)(uintptr_t)wave->group->launch->image + in->next);
    return SIM_NEXT;
}

/* `count` bits of the mode register, from bit `first` on. */
static int set_mode(sim_wave *wave, uint32_t value, int first, int count)
{
    const uint32_t bits = (uint32_t)((((uint64_t)1 << count) - 1) << first);
    wave->mode = (wave->mode & ~bits) | (value << first & bits);
    return SIM_NEXT;
}

static int set_register(sim_wave *wave, const sim_instruction *in)
{
    int first = 0, count = 32;
    if (!strncmp(in->operand[0].word, "hwreg(HW_REG_FLAT_SCR_", 22))
        return SIM_NEXT; /* where flat accesses would find private memory; here they are refused */
    if (strcmp(in->operand[0].word, "hwreg(HW_REG_MODE)") &&
        sscanf(in->operand[0].word, "hwreg(HW_REG_MODE, %d, %d)", &first, &count) != 2)
        return sim_fail(wave, "%s %s is not known", in->name, in->operand[0].word);
    return set_mode(wave, sim_scalar32(wave, in->operand + 1), first, count);
}

static int round_mode(sim_wave *wave, const sim_instruction *in)
{
    return set_mode(wave, (uint32_t)in->operand[0].integer, 0, 4);
}

static int denormal_mode(sim_wave *wave, const sim_instruction *in)
{
    return set_mode(wave, (uint32_t)in->operand[0].integer, 4, 4);
}

#define NOTHING(name) \
    { \
#name, nothing, NULL, NULL, 0 \
    }

const sim_row sim_control_rows[] = {
    NOTHING(s_nop),
    NOTHING(s_waitcnt),
    NOTHING(s_waitcnt_vscnt),
    NOTHING(s_waitcnt_depctr),
    NOTHING(s_waitcnt_lgkmcnt),
    NOTHING(s_waitcnt_vmcnt),
    NOTHING(s_waitcnt_expcnt),
    NOTHING(s_wait_loadcnt),
    NOTHING(s_wait_storecnt),
    NOTHING(s_wait_dscnt),
    NOTHING(s_wait_samplecnt),
    NOTHING(s_wait_bvhcnt),
    NOTHING(s_wait_expcnt),
    NOTHING(s_wait_kmcnt),
    NOTHING(s_wait_loadcnt_dscnt),
    NOTHING(s_wait_storecnt_dscnt),
    NOTHING(s_wait_alu),
    NOTHING(global_wb),
    NOTHING(global_inv),
    NOTHING(s_clause),
    NOTHING(s_delay_alu),
    NOTHING(s_inst_prefetch),
    NOTHING(s_set_inst_prefetch_distance),
    NOTHING(s_sendmsg),
    NOTHING(s_setprio),
    NOTHING(s_code_end),
    NOTHING(v_nop),
    NOTHING(buffer_gl0_inv),
    NOTHING(buffer_gl1_inv),
    NOTHING(buffer_wbl2),
    NOTHING(buffer_invl2),
    NOTHING(buffer_wbinvl1),
    NOTHING(buffer_wbinvl1_vol),
    NOTHING(buffer_inv),
    { "s_endpgm", end, NULL, NULL, 0 },
    { "s_barrier", barrier, NULL, NULL, 0 },
    { "s_barrier_signal", signal, NULL, NULL, 0 },
    { "s_barrier_wait", wait, NULL, NULL, 0 },
    { "s_branch", branch, NULL, NULL, ALWAYS },
    { "s_cbranch_execz", branch, NULL, NULL, EXECZ },
    { "s_cbranch_execnz", branch, NULL, NULL, EXECNZ },
    { "s_cbranch_vccz", branch, NULL, NULL, VCCZ },
    { "s_cbranch_vccnz", branch, NULL, NULL, VCCNZ },
    { "s_cbranch_scc0", branch, NULL, NULL, SCC0 },
    { "s_cbranch_scc1", branch, NULL, NULL, SCC1 },
    { "s_getpc_b64", program_counter, NULL, NULL, 0 },
    { "s_set_gpr_idx_on", index_on, NULL, NULL, 0 },
    { "s_set_gpr_idx_off", index_off, NULL, NULL, 0 },
    { "s_setreg_imm32_b32", set_register, NULL, NULL, 0 },
    { "s_setreg_b32", set_register, NULL, NULL, 0 },
    { "s_round_mode", round_mode, NULL, NULL, 0 },
    { "s_denorm_mode", denormal_mode, NULL, NULL, 0 },
    { NULL, NULL, NULL, NULL, 0 },
};

int sim_identify_control(sim_instruction *in)
{
    static const char *const kinds[] = { "s_and_saveexec",  "s_or_saveexec",    "s_xor_saveexec", "s_andn2_saveexec",
                                         "s_orn2_saveexec", "s_andn1_saveexec", "s_orn1_saveexec" };
    for (int i = 0; i < 7; i++)
        if (!strncmp(in->name, kinds[i], strlen(kinds[i]))) {
            in->own = (sim_row){ in->name, save_exec, NULL, NULL, i };
            return 1;
        }
    return 0;
}
