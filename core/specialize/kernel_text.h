/* The texts of core/kernels/, as tools/embed_kernels.py writes them into the library. */
#ifndef EXPOPS_KERNEL_TEXT_H
#define EXPOPS_KERNEL_TEXT_H

#include <stddef.h>
#include "base/text.h"
#include "operator.h"

extern const char expops_kernel_integers[], expops_kernel_common[], expops_kernel_own[];
extern const char expops_kernel_accurate[], expops_kernel_elementary[];
extern const char expops_kernel_complex[], expops_kernel_complex_exponential[], expops_kernel_complex_logarithm[];
/* Stands where the operator's own text does. */
extern const char expops_kernel_operator[];

typedef struct expops_template {
    const char *name;      /* a step's variant; NULL behind the last one */
    const char *parts[14]; /* NULL behind the last one */
} expops_template;
extern const expops_template expops_templates[];

/* What stands behind a backend's prelude: the dialect of this arithmetic. */
void expops_text_add_dialect(expops_text *text, uint32_t compute);
/* The operator's text, whose functions are called by its name: own_silu_xk_body. Others may stand before and behind it. */
void expops_text_add_operator(expops_text *text, const expops_operator *op);

#endif
