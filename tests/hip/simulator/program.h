/* A kernel as the interpreter runs it: instructions with their operands, found by address. */
#ifndef SIMULATOR_PROGRAM_H
#define SIMULATOR_PROGRAM_H

#include "simulator.h"

/* Places of scalar registers that have names; the others are 0 to 105. */
enum {
    SIM_FLAT_SCRATCH = 102,
    SIM_VCC = 106,
    SIM_TTMP = 108,
    SIM_M0 = 124,
    SIM_NULL = 125,
    SIM_EXEC = 126,
    SIM_SCC = 128,
    SIM_SCALARS = 132,
    SIM_ACCUMULATORS = 256, /* a0 follows v255 */
    SIM_VECTORS = 512,
};

enum sim_operand_kind { SIM_NONE, SIM_VECTOR, SIM_SCALAR, SIM_INTEGER, SIM_REAL, SIM_OFF, SIM_WORD };

typedef struct sim_operand {
    uint8_t kind;
    uint8_t count;  /* registers */
    uint16_t index; /* of the first */
    uint8_t negate, absolute, sign_extend, literal;
    int64_t integer; /* a constant as written */
    double real;
    char word[24]; /* something else, as written: gpr_idx(SRC0) */
} sim_operand;

enum { SIM_SELECT_ALL = 6 }; /* 0-3: a byte, 4-5: a half */
enum { SIM_UNUSED_PAD, SIM_UNUSED_SEXT, SIM_UNUSED_PRESERVE };
enum sim_dpp {
    SIM_DPP_NONE,
    SIM_DPP_QUAD,
    SIM_DPP_SHL,
    SIM_DPP_SHR,
    SIM_DPP_ROR,
    SIM_DPP_MIRROR,
    SIM_DPP_HALF_MIRROR,
    SIM_DPP_BCAST,
    SIM_DPP_SHARE,
    SIM_DPP_XMASK,
    SIM_DPP_WAVE_SHL,
    SIM_DPP_WAVE_SHR,
};

enum sim_widening { SIM_SIGN_EXTENDED = 1, SIM_LOW_HALF = 2, SIM_HIGH_HALF = 4 };

struct sim_wave;
struct sim_instruction;
typedef int sim_run(struct sim_wave *wave, const struct sim_instruction *in);

/* What an instruction does. `types` is "d=ab...": see operand.h. */
typedef struct sim_row {
    const char *name;
    sim_run *run;
    const char *types;
    const void *function; /* of the family that `run` stands for */
    int flag;
    struct sim_width {
        int bytes;
        int widening; /* of enum sim_widening: loads below 32 bits, else zero-extended; SIM_HIGH_HALF also stores */
    } width;          /* of an access to memory */
} sim_row;

typedef struct sim_instruction {
    char name[40]; /* without encoding suffixes */
    const sim_row *row;
    sim_row own; /* where no table holds it: made from the name's parts */
    uint32_t address, next;
    int32_t target;                     /* of a branch: an instruction's number */
    uint8_t unit;                       /* enum simulator_unit */
    uint8_t num_operands, first_source; /* behind the results, of which there may be two */
    sim_operand operand[7];
    int32_t offset, offset0, offset1;
    uint8_t op_sel, op_sel_hi, neg_lo, neg_hi;
    uint8_t returns, clamp, has_offen, has_op_sel_hi;
    int8_t scale; /* of the result: 1 times 2, 2 times 4, -1 half */
    uint8_t select_result, select[2], unused;
    uint8_t dpp, dpp_argument, quad[4], row_mask, bank_mask, bound_control;
} sim_instruction;

typedef struct sim_program {
    sim_instruction *code;
    int count;
    int entry;
} sim_program;

/* The kernel of a launch, disassembled at its first; kept for the process's life. NULL with the reason. */
const sim_program *sim_program_get(const simulator_launch *launch, char *error, size_t room);
/* One line of the disassembler's output (without its comment) as an instruction; 0 where it is none. */
int sim_parse(const char *line, sim_instruction *out);
/* A line that holds two ("A :: B") as two, in the order they may run; 0 where it holds one. */
int sim_parse_dual(const char *line, sim_instruction *first, sim_instruction *second);
/* Finds what it does, from its name; leaves `row` NULL where that is not known. */
void sim_identify(sim_instruction *in);

#endif
