/* How a number meets a tensor, for literals, defaults and host tensors of no dimensions alike. What is decided for a signature
 * (the type it becomes, whether it is refused) is an expops_meeting; the rest happens at each call. */
#ifndef EXPOPS_NUMBER_H
#define EXPOPS_NUMBER_H

#include "operator.h"

typedef struct expops_meeting {
    int32_t as;    /* expops_dtype that the number becomes before the arithmetic takes it */
    uint32_t held; /* a value that the type cannot hold is refused; otherwise it becomes what an element would */
} expops_meeting;

/* What is computed in where the common type is `common`: of a half type f32. */
int32_t expops_arithmetic_type(int32_t common);
/* What parameter `index` makes of `value`, a number, a tensor or nothing, where the common type is `common`. */
expops_meeting expops_meet(const expops_operator *op, uint32_t index, const expops_value *value, int32_t common);
/* Whether a number may meet so; the story says which argument, which value and which type. */
expops_status expops_check_number(const expops_operator *op, uint32_t index, const expops_value *value,
                                  expops_meeting meeting);
/* Writes the number as kernels of this arithmetic read it: float, double or int64_t, two of the first for complex ones. */
void expops_store_number(const expops_value *value, int32_t as, uint32_t compute, uint8_t *slot);
/* What an operator's check compares: the number, or the parameter's default; of a complex one the real part. */
double expops_number_value(const expops_operator *op, uint32_t index, const expops_value *value);
/* A host tensor of no dimensions as a number; `parts` is where a complex one stays. */
expops_value expops_read_number(const expops_tensor *tensor, double parts[2]);

#endif
