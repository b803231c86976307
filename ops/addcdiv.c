#include "operator.h"

OPERATOR(addcdiv) = {
    .name = "addcdiv",
    .doc = "self + value * tensor1 / tensor2.",
    .source = "torch.addcdiv",
    .dtypes = FLOATING | COMPLEX,
    .parameters = { TENSOR("self"), TENSOR("tensor1"), TENSOR("tensor2"), NUMBER("value", DEFAULT(1)) },
    .samples = { { 0, 10 }, { 0, 10 }, { 0.5, 10 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t tensor1, xk_t tensor2, xk_t value)
{
#if XK_C64 || XK_C128
    return xk_cadd(self, xk_cdiv(xk_cmul(value, tensor1), tensor2));
#elif XK_HALF
    return self + value * tensor1 * xk_rcp(tensor2);
#else
    return self + value * tensor1 / tensor2;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double tensor1, long double tensor2, long double value)
{
    return self + value * tensor1 / tensor2;
}
#endif
