/* Two instructions in one ("v_dual_mul_f32 v1, v2, v3 :: v_dual_mov_b32 v4, v5"): both read before either writes. They become two
 * that follow each other, the other way round where the second reads what the first writes. */
#include "program.h"
#include <stdio.h>
#include <string.h>

/* "v_dual_mul_f32 v1, v2, v3" as "v_mul_f32 v1, v2, v3"; the choice by vcc names it. */
static int parse_half(const char *text, size_t length, sim_instruction *out)
{
    static const char prefix[] = "v_dual_";
    char line[200];
    text += strspn(text, " \t");
    if (strncmp(text, prefix, strlen(prefix)))
        return 0;
    text += strlen(prefix);
    snprintf(line, sizeof line, "v_%.*s%s", (int)length, text, strncmp(text, "cndmask", 7) ? "" : ", vcc_lo");
    return sim_parse(line, out);
}

/* The result is one register; fused sums read it too. */
static int reads_result_of(const sim_instruction *reader, const sim_instruction *writer)
{
    for (int i = strncmp(reader->name, "v_fmac", 6) ? 1 : 0; i < reader->num_operands; i++)
        if (reader->operand[i].kind == SIM_VECTOR && reader->operand[i].index == writer->operand[0].index)
            return 1;
    return 0;
}

int sim_parse_dual(const char *line, sim_instruction *first, sim_instruction *second)
{
    const char *between = strstr(line, " :: ");
    if (!between)
        return 0;
    size_t length = (size_t)(between - line), skipped = strspn(line, " \t") + strlen("v_dual_");
    if (length < skipped || !parse_half(line, length - skipped, first) ||
        !parse_half(between + 4, strcspn(between + 4 + strlen("v_dual_"), "\n/"), second))
        return 0;
    second->unit = SIM_UNIT_FREE;
    if (!reads_result_of(second, first))
        return 1;
    const sim_instruction kept = *first;
    *first = *second;
    *second = kept;
    if (reads_result_of(second, first))
        first->row = second->row = NULL; /* an exchange: not known */
    return 1;
}
