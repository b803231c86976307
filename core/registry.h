/* The operators of this library; the table is written by the build from ops/. */
#ifndef EXPOPS_REGISTRY_H
#define EXPOPS_REGISTRY_H

#include "operator.h"

typedef struct expops_registry_row {
    const expops_operator *op;
    const char *text; /* the kernel part of its file */
} expops_registry_row;

extern const expops_registry_row expops_registry[]; /* sorted by name */
extern const size_t expops_registry_count;

/* The kernel text of an operator. */
const char *expops_operator_text(const expops_operator *op);

#endif
