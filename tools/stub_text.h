/* One stub of the CPU's: an operator's text for one element type, one compile-time choice and one family. */
#ifndef STUB_TEXT_H
#define STUB_TEXT_H

#include "stub_facts.h"

typedef struct cpu_stub {
    const expops_operator *op;
    stub_facts facts;
    int dtype;
    uint32_t choice, family; /* expops_family */
    const char *folder;      /* of operators */
} cpu_stub;

/* An element type's short name. */
const char *stub_dtype_name(int dtype);
/* Whether what the KERNEL returns is what rows reduce. */
int stub_of_kernel(const cpu_stub *stub);
/* What tells a stub from all others, a name in C: "cpu_k_silu_f32_0". */
void stub_symbol(const cpu_stub *stub, char symbol[256]);
/* Prints the stub's file. */
void stub_print(const cpu_stub *stub);

#endif
