/* One instruction on one wave, for tests: written as the disassembler writes it. */
#ifndef TEST_HIP_INSTRUCTION_H
#define TEST_HIP_INSTRUCTION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "simulator/operand.h"

enum { LOCAL_BYTES = 256, PRIVATE_BYTES = 16, MEMORY_WORDS = 64 };

/* A wave of 64 lanes of gfx90a, all on; its registers hold zeros. */
sim_wave *fresh_wave(void);
/* The same of 32 lanes of gfx1030. */
sim_wave *fresh_wave32(void);
/* Runs one line; what the instruction returned. A line that is not known fails the test. */
int step(sim_wave *wave, const char *line);
/* Sets a vector register, all lanes; a pair from 64 bits. */
void set_all(sim_wave *wave, int index, uint32_t value);
void set_all64(sim_wave *wave, int index, uint64_t value);
void set_float(sim_wave *wave, int index, float value);
void set_double(sim_wave *wave, int index, double value);
uint64_t pair_of(const sim_wave *wave, int index, int lane);
double double_of(const sim_wave *wave, int index, int lane);
/* Live memory that instructions may touch. */
extern uint32_t live_memory[MEMORY_WORDS];

extern const struct CMUnitTest arithmetic_tests[], mode_tests[], lane_tests[], memory_tests[];
extern const size_t num_arithmetic_tests, num_mode_tests, num_lane_tests, num_memory_tests;

#endif
