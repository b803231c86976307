#include "operator.h"

OPERATOR(softshrink) = {
    .name = "softshrink",
    .doc = "self - lambd above lambd, self + lambd below -lambd, else 0; NaN is kept.",
    .source = "torch.nn.functional.softshrink",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), NUMBER("lambd", DEFAULT(0.5), .doc = "Not below 0.") },
    .samples = { { -2, 2 } },
    .bound = { .f32 = 1, .f64 = 1, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t lambd)
{
    /* self * 0 keeps NaN and the sign. */
    return self > lambd ? self - lambd : self < -lambd ? self + lambd : self * 0;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double lambd)
{
    if (self > lambd)
        return self - lambd;
    return self < -lambd ? self + lambd : self * 0;
}
#endif
