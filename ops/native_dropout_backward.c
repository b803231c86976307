#include "operator.h"

OPERATOR(native_dropout_backward) = {
    .name = "native_dropout_backward",
    .doc = "grad_output * mask * scale: the gradient of dropout, with the mask of what was kept.",
    .source = "torch.ops.aten.native_dropout_backward",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("grad_output"), TENSOR("mask", .dtypes = BOOLEAN),
                    NUMBER("scale", .meets = EXPOPS_MEETS_EXACT) },
    .samples = { { -10, 10 }, { 0, 1 } },
    .bound = { .f32 = 1, .f64 = 1, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t grad_output, xk_t mask, xk_t scale)
{
    /* The mask is 0 or 1: one product is exact whatever the order. */
    return grad_output * (mask * scale);
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double grad_output, long double mask, long double scale)
{
    return grad_output * mask * scale;
}
#endif
