/* What the stubs need to know of an operator's definition. */
#ifndef STUB_FACTS_H
#define STUB_FACTS_H

#include "registry.h"

#include "../backends/cpu/cpu_dtype.h" /* behind expops/dtype.h, whose numbers it has too */

typedef struct stub_facts {
    uint32_t families; /* a bit for each expops_family that the text has the functions for */
    uint32_t position; /* the kernel's argument is where the element is */
    uint32_t moves;    /* a window function alone: one for elements of any type */
    uint32_t choices;  /* so many ways to compile the text */
    uint32_t dtypes;   /* it is compiled for, a bit each; half types count as what they are computed in */
    uint32_t drafted;  /* which arguments the kernel gets is the draft's matter */
    uint32_t elements; /* a bit for each parameter that the kernel gets where no draft says otherwise; of these */
    uint32_t numbers;  /* are never tensors, */
    uint32_t either;   /* may be either */
    /* Arguments of the row functions, by the text: */
    uint32_t lifted;     /* of xk_lift */
    uint32_t mapped;     /* of xk_map, without the accumulator */
    uint32_t attributes; /* of xk_finish or xk_settle, numbers behind the accumulator and the length */
} stub_facts;

/* Everything that is read from a definition but names, the conversions of types and the kernel's text. */
void stub_facts_read(const expops_operator *op, stub_facts *facts);
uint32_t stub_count(uint32_t set);

#endif
