/* A kernel's machine code as text. */
#ifndef SIMULATOR_DISASSEMBLE_H
#define SIMULATOR_DISASSEMBLE_H

#include "simulator.h"

/* Takes an instruction as the disassembler writes it, and where it lies; 0 ends it all. */
typedef int sim_take(void *taker, char *text, uint32_t address, uint32_t next);

/* Gives the kernel's instructions in their order. 0 with the reason where that fails. */
int sim_disassemble(const simulator_launch *launch, sim_take *take, void *taker, char *error, size_t room);

#endif
