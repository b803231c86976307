/* PyTorch's type promotion. */
#ifndef EXPOPS_PROMOTE_H
#define EXPOPS_PROMOTE_H

#include "operator.h"

/* Three ranks of operands decide the common type: tensors with dimensions, tensors without, and plain numbers. A lower rank
 * only counts where its kind (bool < integer < float < complex) is above the higher rank's. -1: none seen. */
typedef struct expops_promotion_state {
    int dimensioned, zero_dim, number;
} expops_promotion_state;

/* clang-format off */
#define EXPOPS_PROMOTION_START { -1, -1, -1 }
/* clang-format on */

/* The smallest type that holds both; -1 stands for nothing, EXPOPS_DTYPE_COUNT for types that have none in common. */
int expops_promote_types(int a, int b);
/* Of all three ranks; likewise. */
int expops_promoted(const expops_promotion_state *state);

int expops_dtype_is_float(int dtype);
int expops_dtype_is_complex(int dtype);
int expops_dtype_is_integral(int dtype); /* not bool */
int expops_dtype_is_unsigned(int dtype); /* an integer without a sign */
/* c64 gives f32, c128 f64, others themselves. */
int expops_dtype_real(int dtype);
/* Whether a result of one type may be stored as another: never from complex to real, float to integer, number to bool. */
int expops_dtype_can_cast(int from, int to);
int expops_dtype_compute(int dtype); /* expops_compute */

/* The element types that an operator computes in and gives where its inputs have `common` in common. */
void expops_operator_types(const expops_operator *op, int common, int *out_arithmetic, int *out_result);

#endif
