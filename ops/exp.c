#include "operator.h"

OPERATOR(exp) = {
    .name = "exp",
    .doc = "e to the power of self.",
    .source = "torch.exp",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .promotion = EXPOPS_PROMOTE_INT_TO_FLOAT,
    .parameters = { TENSOR("self") },
    .samples = { { -80, 80 } },
    .bound = { .f32 = 4, .f64 = 4, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    const xk_real scale = xk_exp(self.re);
    const xk_real angle = self.im;
    self.re = angle == 0 ? scale : scale * xk_cos(angle);
    self.im = angle == 0 ? angle : scale * xk_sin(angle);
    return self;
#else
    return xk_exp(self);
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return expl(self);
}
#endif
