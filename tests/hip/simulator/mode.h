/* The mode register: bits 0-1 say how f32 is rounded, 2-3 how f64 and f16 are, 4-5 what becomes of f32's denormals, 6-7 of the
 * others'. */
#ifndef SIMULATOR_MODE_H
#define SIMULATOR_MODE_H

#include "families.h"

enum { SIM_MODE_USUAL = 0xf0 }; /* to nearest, denormals kept */

/* Whether denormals of a type (a letter of operand.h) are read, or written, as zeros. */
int sim_flushes_sources(const sim_wave *wave, char type);
int sim_flushes_results(const sim_wave *wave, char type);
/* Zeros in place of a type's denormals, with their sign; halves are floats here. */
void sim_flush_lanes(char type, int n, sim_lanes *lanes);
/* What the host computes rounds as the mode has it for results of that type, until it rounds to nearest again. */
void sim_round_as(const sim_wave *wave, char type);
void sim_round_to_nearest(void);
/* Calls the function, which rounds as the mode has it for results of that type. */
void sim_rounded(const sim_wave *wave, char type, sim_function *function, sim_lanes *result, const sim_lanes source[3]);
/* Results of halves, which are floats, as their bits, in place: rounded, and denormals written, as the mode has it. */
void sim_halves(const sim_wave *wave, const sim_instruction *in, sim_lanes *lanes);

#endif
