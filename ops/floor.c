#include "operator.h"

OPERATOR(floor) = {
    .name = "floor",
    .doc = "The largest whole number not above self; integers stay what they are.",
    .source = "torch.floor",
    .dtypes = FLOATING | WHOLE,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_F32 || XK_F64
    return xk_floor(self);
#else
    return self;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return floorl(self);
}
#endif
