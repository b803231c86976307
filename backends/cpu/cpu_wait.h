/* Waiting on words of memory that other threads change. */
#ifndef CPU_WAIT_H
#define CPU_WAIT_H

#include <stdatomic.h>
#include <stdint.h>

int64_t cpu_now_ns(void);
/* Polls for a short time whether the word changes. Who else wants this processor has it between polls, and then for itself. */
int cpu_changes(_Atomic uint32_t *word, uint32_t value);
/* Sleeps until it is woken, unless the word has another value. */
void cpu_wait_while(_Atomic uint32_t *word, uint32_t value);
void cpu_wake(_Atomic uint32_t *word);
/* Changes the word from one value to another; 0 where it did not have that. */
int cpu_turn(_Atomic uint32_t *word, uint32_t from, uint32_t to);

#endif
