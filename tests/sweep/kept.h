/* Answers in files, for the next process that asks the same: the sweeps of several backends and levels of instructions have the same
 * points, and MPFR takes most of their time. */
#ifndef SWEEP_KEPT_H
#define SWEEP_KEPT_H

#include <stddef.h>
#include <stdint.h>

/* What answers hang on. */
typedef struct kept_key {
    char
        name[96]; /* of the file, in the folder that EXPOPS_TEST_ANSWERS names; nothing is kept where that is not set */
    uint64_t code;   /* what works them out */
    uint64_t inputs; /* for what */
    uint64_t count;  /* how many */
} kept_key;

uint64_t kept_hash(uint64_t before, const void *bytes, size_t size);
/* This program, byte by byte, with the versions of the libraries that it computes with; 0 where it cannot be read. */
uint64_t kept_code(void);

/* Fills in all answers, or returns 0: there are none of that key, or not the ones that were kept. */
int kept_find(const kept_key *key, long double *answers);
/* `answers` come from calloc, whose padding is 0. What cannot be kept is worked out again. */
void kept_store(const kept_key *key, const long double *answers);

#endif
