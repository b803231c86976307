/* The families that most instructions belong to: a function over lanes, applied to operands of stated types. */
#ifndef SIMULATOR_FAMILIES_H
#define SIMULATOR_FAMILIES_H

#include "operand.h"

typedef void sim_function(sim_lanes *d, const sim_lanes *a, const sim_lanes *b, const sim_lanes *c, int n);

/* Vector instructions: result and sources as `types` says. */
sim_run sim_lanewise;
/* The same on one lane of scalar registers; `flag` says what becomes of scc, or is that of the vector instruction. */
sim_run sim_scalarwise, sim_scalar_float;
enum { SIM_SCC_KEPT, SIM_SCC_NONZERO };
enum { SIM_ROUNDS = 1 }; /* `flag` of the vector families: the result is rounded as the mode has it */
/* Packed: the function on both halves of 16 bits; on two registers of 32. */
sim_run sim_packed16, sim_packed32;

/* Rows by name, a nameless row last. */
extern const sim_row sim_integer_rows[], sim_float_rows[], sim_double_rows[], sim_half_rows[], sim_convert_rows[],
    sim_carry_rows[], sim_division_rows[], sim_lane_rows[], sim_scalar_rows[], sim_control_rows[];
/* Whether a mask over lanes, such as carries, is the second operand. */
int sim_has_two_results(const sim_row *row);
/* Made from parts of the name: 1 and `in->own` is filled where the name is of this kind. */
int sim_identify_compare(sim_instruction *in);
int sim_identify_memory(sim_instruction *in);
int sim_identify_atomic(sim_instruction *in, const char *rest); /* behind "global_atomic_" */
int sim_identify_local(sim_instruction *in);
int sim_identify_control(sim_instruction *in);

/* A function over lanes: x, y, z are the operands' elements, m the operands' member. */
#define SIM_FUNCTION(name, result, m, expression) \
    static void name(sim_lanes *d, const sim_lanes *a, const sim_lanes *b, const sim_lanes *c, int n) \
    { \
        for (int lane = 0; lane < n; lane++) { \
            const __typeof__(a->m[0]) x = a->m[lane], y = b->m[lane], z = c->m[lane]; \
            (void)y, (void)z; \
            d->result[lane] = (__typeof__(d->result[0]))(expression); \
        } \
    }

#endif
