/* One stub of the CPU's: an operator for one element type and one compile-time choice. */
#ifndef STUB_TEXT_H
#define STUB_TEXT_H

#include "stub_facts.h"

typedef struct cpu_stub {
    const expops_operator *op;
    stub_facts facts;
    int dtype;
    uint32_t choice;
    const char *folder; /* of operators */
} cpu_stub;

/* An element type's short name. */
const char *stub_dtype_name(int dtype);
/* Prints the stub's file. */
void stub_print(const cpu_stub *stub);

#endif
