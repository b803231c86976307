#include "operator.h"

OPERATOR(trunc) = {
    .name = "trunc",
    .doc = "self without its fraction; zeros keep self's sign, integers stay what they are.",
    .source = "torch.trunc",
    .aliases = { "fix" },
    .dtypes = FLOATING | WHOLE,
    .parameters = { TENSOR("self") },
    .samples = { { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_F32 || XK_F64
    return xk_trunc(self);
#else
    return self;
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return truncl(self);
}
#endif
