#include "operator.h"

OPERATOR(softplus) = {
    .name = "softplus",
    .doc = "log(1 + exp(beta * self)) / beta, and self itself where beta * self > threshold.",
    .source = "torch.nn.functional.softplus",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), NUMBER("beta", DEFAULT(1)), NUMBER("threshold", DEFAULT(20)) },
    .samples = { { -30, 30 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t beta, xk_t threshold)
{
    const xk_t z = self * beta;
    const xk_t y = xk_log1p_positive(xk_exp(z)) * (1 / beta);
    return z > threshold ? self : y;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double beta, long double threshold)
{
    return self * beta > threshold ? self : log1pl(expl(self * beta)) / beta;
}
#endif
