#include "operator.h"

OPERATOR(ceil) = {
    .name = "ceil",
    .doc = "The smallest whole number not below self; integers stay what they are.",
    .source = "torch.ceil",
    .dtypes = FLOATING | WHOLE,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_F32 || XK_F64
    return xk_ceil(self);
#else
    return self;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return ceill(self);
}
#endif
