/* A line of the disassembler as an instruction. */
#include "program.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* "5", "[4:7]" or "[4]" after a register's letter. */
static int parse_registers(const char *text, int base, sim_operand *out)
{
    int first, last, used = 0;
    if (sscanf(text, "[%d:%d]%n", &first, &last, &used) == 2 && used) {
        out->count = (uint8_t)(last - first + 1);
    } else if ((sscanf(text, "[%d]%n", &first, &used) == 1 && used) ||
               (sscanf(text, "%d%n", &first, &used) == 1 && used)) {
        out->count = 1;
    } else {
        return 0;
    }
    out->index = (uint16_t)(first + base);
    return text[used] == 0;
}

static int parse_named(const char *text, sim_operand *out)
{
    static const struct {
        const char *name;
        uint16_t index;
        uint8_t count;
    } named[] = {
        { "vcc", SIM_VCC, 2 },
        { "vcc_lo", SIM_VCC, 1 },
        { "vcc_hi", SIM_VCC + 1, 1 },
        { "exec", SIM_EXEC, 2 },
        { "exec_lo", SIM_EXEC, 1 },
        { "exec_hi", SIM_EXEC + 1, 1 },
        { "m0", SIM_M0, 1 },
        { "null", SIM_NULL, 1 },
        { "scc", SIM_SCC, 1 },
        { "src_scc", SIM_SCC, 1 },
        { "flat_scratch", SIM_FLAT_SCRATCH, 2 },
        { "flat_scratch_lo", SIM_FLAT_SCRATCH, 1 },
        { "flat_scratch_hi", SIM_FLAT_SCRATCH + 1, 1 },
    };
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (!strcmp(text, named[i].name)) {
            out->kind = SIM_SCALAR;
            out->index = named[i].index;
            out->count = named[i].count;
            return 1;
        }
    return 0;
}

static int parse_register(const char *text, sim_operand *out)
{
    static const struct {
        const char *prefix;
        int kind, base;
    } files[] = {
        { "ttmp", SIM_SCALAR, SIM_TTMP },
        { "s", SIM_SCALAR, 0 },
        { "v", SIM_VECTOR, 0 },
        { "a", SIM_VECTOR, SIM_ACCUMULATORS },
    };
    if (parse_named(text, out))
        return 1;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (starts(text, files[i].prefix) && parse_registers(text + strlen(files[i].prefix), files[i].base, out)) {
            out->kind = (uint8_t)files[i].kind;
            return 1;
        }
    return 0;
}

static int parse_constant(const char *text, sim_operand *out)
{
    char *end;
    if (strchr(text, '.') && !starts(text, "0x")) {
        out->kind = SIM_REAL;
        out->real = strtod(text, &end);
        return *end == 0;
    }
    out->kind = SIM_INTEGER;
    out->integer = strtoll(text, &end, 0);
    out->literal = starts(text, "0x");
    return end != text && *end == 0;
}

/* Takes "name(" ... ")" or a pair of bars off; 1 where they were there. */
static int unwrap(char *text, const char *open)
{
    const size_t length = strlen(text), head = strlen(open);
    if (!starts(text, open) || length <= head)
        return 0;
    memmove(text, text + head, length - head + 1);
    text[strlen(text) - 1] = 0;
    return 1;
}

static void parse_operand(char *text, sim_operand *out)
{
    memset(out, 0, sizeof *out);
    if (text[0] == '-' && !isdigit((unsigned char)text[1])) {
        out->negate = 1;
        memmove(text, text + 1, strlen(text));
    }
    out->negate |= (uint8_t)unwrap(text, "neg(");
    out->absolute = (uint8_t)(unwrap(text, "|") || unwrap(text, "abs("));
    out->sign_extend = (uint8_t)unwrap(text, "sext(");
    if (!strcmp(text, "off"))
        out->kind = SIM_OFF;
    else if (!parse_register(text, out) && !parse_constant(text, out)) {
        out->kind = SIM_WORD;
        snprintf(out->word, sizeof out->word, "%s", text);
    }
}

/* Copies one operand to `out`; returns what follows it, and whether that is one more. */
static const char *take_operand(const char *text, char *out, size_t room, int *out_more)
{
    size_t used = 0;
    int depth = 0;
    while (*text == ' ')
        text++;
    for (; *text && (depth || (*text != ',' && *text != ' ')); text++) {
        depth += *text == '[' || *text == '(';
        depth -= *text == ']' || *text == ')';
        if (used + 1 < room)
            out[used++] = *text;
    }
    out[used] = 0;
    while (*text == ' ')
        text++;
    *out_more = *text == ',';
    return *out_more ? text + 1 : text;
}

static long number_after(const char *modifiers, const char *word)
{
    const char *at = strstr(modifiers, word);
    return at ? strtol(at + strlen(word), NULL, 0) : 0;
}

/* "op_sel:[0,1,1]" as bits, the first the lowest; -1 where it is not there. */
static int bits_after(const char *modifiers, const char *word)
{
    const char *at = strstr(modifiers, word);
    int bits = 0, place = 0;
    if (!at)
        return -1;
    for (at += strlen(word); *at && *at != ']'; at++)
        if (*at == '0' || *at == '1')
            bits |= (*at == '1') << place++;
    return bits;
}

static uint8_t select_after(const char *modifiers, const char *word)
{
    const char *at = strstr(modifiers, word);
    if (!at)
        return SIM_SELECT_ALL;
    at += strlen(word);
    if (starts(at, "BYTE_"))
        return (uint8_t)(at[5] - '0');
    return starts(at, "WORD_") ? (uint8_t)(4 + at[5] - '0') : SIM_SELECT_ALL;
}

static void parse_dpp(const char *modifiers, sim_instruction *out)
{
    static const struct {
        const char *word;
        enum sim_dpp dpp;
    } words[] = {
        { "quad_perm:", SIM_DPP_QUAD },
        { "row_shl:", SIM_DPP_SHL },
        { "row_shr:", SIM_DPP_SHR },
        { "row_ror:", SIM_DPP_ROR },
        { "row_half_mirror", SIM_DPP_HALF_MIRROR },
        { "row_mirror", SIM_DPP_MIRROR },
        { "row_bcast:", SIM_DPP_BCAST },
        { "row_share:", SIM_DPP_SHARE },
        { "row_xmask:", SIM_DPP_XMASK },
        { "wave_shl:", SIM_DPP_WAVE_SHL },
        { "wave_shr:", SIM_DPP_WAVE_SHR },
    };
    out->row_mask = out->bank_mask = 15;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && !out->dpp; i++) {
        const char *at = strstr(modifiers, words[i].word);
        if (!at)
            continue;
        out->dpp = (uint8_t)words[i].dpp;
        out->dpp_argument = (uint8_t)atoi(at + strlen(words[i].word));
        if (out->dpp == SIM_DPP_QUAD)
            sscanf(at, "quad_perm:[%hhu,%hhu,%hhu,%hhu]", out->quad, out->quad + 1, out->quad + 2, out->quad + 3);
    }
    if (strstr(modifiers, "row_mask:"))
        out->row_mask = (uint8_t)number_after(modifiers, "row_mask:");
    if (strstr(modifiers, "bank_mask:"))
        out->bank_mask = (uint8_t)number_after(modifiers, "bank_mask:");
    out->bound_control = strstr(modifiers, "bound_ctrl") != NULL;
}

static void parse_modifiers(const char *modifiers, sim_instruction *out)
{
    const int hi = bits_after(modifiers, "op_sel_hi:["), lo = bits_after(modifiers, "op_sel:[");
    const int neg_lo = bits_after(modifiers, "neg_lo:["), neg_hi = bits_after(modifiers, "neg_hi:[");
    out->offset = (int32_t)number_after(modifiers, "offset:");
    out->offset0 = (int32_t)number_after(modifiers, "offset0:");
    out->offset1 = (int32_t)number_after(modifiers, "offset1:");
    out->op_sel = (uint8_t)(lo < 0 ? 0 : lo);
    out->has_op_sel_hi = hi >= 0;
    out->op_sel_hi = (uint8_t)(hi < 0 ? 0 : hi);
    out->neg_lo = (uint8_t)(neg_lo < 0 ? 0 : neg_lo);
    out->neg_hi = (uint8_t)(neg_hi < 0 ? 0 : neg_hi);
    out->returns = strstr(modifiers, "glc") || strstr(modifiers, "sc0") || strstr(modifiers, "TH_ATOMIC_RETURN");
    out->has_offen = strstr(modifiers, "offen") != NULL;
    out->clamp = strstr(modifiers, "clamp") != NULL;
    out->scale = strstr(modifiers, "mul:2") ? 1 : strstr(modifiers, "mul:4") ? 2 : strstr(modifiers, "div:2") ? -1 : 0;
    out->select_result = select_after(modifiers, "dst_sel:");
    out->select[0] = select_after(modifiers, "src0_sel:");
    out->select[1] = select_after(modifiers, "src1_sel:");
    out->unused = strstr(modifiers, "UNUSED_PRESERVE") ? SIM_UNUSED_PRESERVE
                  : strstr(modifiers, "UNUSED_SEXT")   ? SIM_UNUSED_SEXT
                                                       : SIM_UNUSED_PAD;
    parse_dpp(modifiers, out);
}

static void cut_encoding(char *name)
{
    static const char *const suffixes[] = { "_e32", "_e64", "_sdwa", "_dpp", "_dpp8" };
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        const size_t length = strlen(name), tail = strlen(suffixes[i]);
        if (length > tail && !strcmp(name + length - tail, suffixes[i])) {
            name[length - tail] = 0;
            i = (size_t)-1; /* v_mov_b32_e64_dpp has two */
        }
    }
}

int sim_parse(const char *line, sim_instruction *out)
{
    char word[120];
    int used = 0, more = 1;
    memset(out, 0, sizeof *out);
    if (sscanf(line, " %39s%n", out->name, &used) != 1)
        return 0;
    cut_encoding(out->name);
    const char *at = line + used;
    /* Waits and hints have words of their own, which change nothing here. */
    const int hint = starts(out->name, "s_waitcnt") || starts(out->name, "s_sendmsg") || starts(out->name, "s_delay");
    while (more && !hint && *at && out->num_operands < 7) {
        const char *next = take_operand(at, word, sizeof word, &more);
        if (!word[0])
            break;
        parse_operand(word, out->operand + out->num_operands);
        /* The first word after a blank that is no operand starts the modifiers. */
        out->num_operands++;
        at = next;
    }
    parse_modifiers(hint ? "" : at, out);
    sim_identify(out);
    return 1;
}
