/* What the stubs need to know of an operator's definition. */
#ifndef STUB_FACTS_H
#define STUB_FACTS_H

#include "registry.h"

#include "../backends/cpu/cpu_dtype.h" /* behind expops/dtype.h, whose numbers it has too */

enum { STUB_ARGUMENTS = EXPOPS_MAX_PARAMETERS };

typedef struct stub_argument {
    const char *name;
    uint32_t is_number; /* never a tensor */
    uint32_t is_either;
} stub_argument;

typedef struct stub_facts {
    uint32_t family;   /* expops_family */
    uint32_t position; /* the kernel's argument is where the element is */
    uint32_t choices;  /* so many ways to compile the text */
    uint32_t dtypes;   /* it is compiled for, a bit each; half types count as what they are computed in */
    uint32_t named;    /* the arguments' names and order are known */
    uint32_t count;    /* arguments of the function of an element, in order; of rows, tensors before numbers */
    stub_argument argument[STUB_ARGUMENTS];
    uint32_t lifted, tensors, numbers; /* rows: so many of the tensors are reduced, the first ones */
} stub_facts;

/* Everything that is read from a definition but names, types' conversions and the kernel's text. */
void stub_facts_read(const expops_operator *op, stub_facts *facts);
/* Writes the reference's parameters, as they stand in its brackets; 0 where the definition does not tell them. */
int stub_reference_parameters(const expops_operator *op, char *text, size_t size);

#endif
