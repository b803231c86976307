#include "base/error.h"
#include "operator.h"

static int is_whole(const expops_value *value)
{
    expops_dtype dtype;
    return expops_dtype_from_dl(value->as.tensor->dtype, &dtype) == EXPOPS_OK && ((WHOLE | BOOLEAN) >> dtype & 1u);
}

/* Integers may be divided by floats, but what two of them give is open: PyTorch refuses it. */
static expops_status check(const expops_operator *op, const expops_value *args, int common)
{
    if (!is_whole(args + 1) || !is_whole(args + 2))
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_DTYPE,
                       "%s: arguments tensor1 and tensor2 are both of integer types; one of them must "
                       "be a floating one",
                       op->name);
}

OPERATOR(addcdiv) = {
    .name = "addcdiv",
    .doc = "self + value * tensor1 / tensor2.",
    .source = "torch.addcdiv",
    .dtypes = FLOATING | COMPLEX,
    .parameters = { TENSOR("self"), TENSOR("tensor1"), TENSOR("tensor2"), NUMBER("value", DEFAULT(1)) },
    .check = check,
    .samples = { { 0, 10 }, { 0, 10 }, { 0.5, 10 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t tensor1, xk_t tensor2, xk_t value)
{
#if XK_C64 || XK_C128
    return xk_cadd(self, xk_cdiv(xk_cmul(value, tensor1), tensor2));
#elif XK_HALF && XK_BF16
    /* A reciprocal that is not a normal number may be lost where the quotient is one: both sides are moved together. */
    const xk_t a = xk_fabs(tensor2), steps = a < XK_C(7.8886091e-31) ? XK_C(4294967296.0) : XK_C(1);
    const xk_t scale = a > XK_C(1.2676506e30) ? XK_C(2.3283064e-10) : steps;
    return self + value * tensor1 * xk_raw_rcp(tensor2 * scale) * scale;
#elif XK_HALF
    return self + value * tensor1 * xk_raw_rcp(tensor2);
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
