#include "base/error.h"
#include "draft/number.h"
#include "operator.h"

static expops_status check(const expops_operator *op, const expops_value *args, int common)
{
    return expops_number_value(op, 1, args + 1) != 0
               ? EXPOPS_OK
               : expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument alpha is 0", op->name);
}

OPERATOR(celu) = {
    .name = "celu",
    .doc = "Continuously differentiable exponential linear unit: alpha * (exp(self / alpha) - 1) where self is below "
           "0, else self.",
    .source = "torch.nn.functional.celu",
    .dtypes = FLOATING,
    .parameters = { TENSOR("self"), NUMBER("alpha", DEFAULT(1), .doc = "Not 0.") },
    .check = check,
    .samples = { { -20, 20 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t alpha)
{
    /* The quotient is worked out once for all elements. */
    const xk_t low = alpha * xk_expm1(self * (1 / alpha));
    return self < 0 ? low : self;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double alpha)
{
    return self < 0 ? alpha * expm1l(self / alpha) : self;
}
#endif
