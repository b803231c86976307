#include "operator.h"

OPERATOR(sgn) = {
    .name = "sgn",
    .doc = "The sign of self, 0 for NaN; of a complex number z / abs(z), and 0 for 0.",
    .source = "torch.sgn",
    .dtypes = FLOATING | INTEGRAL | BOOLEAN | COMPLEX,
    .parameters = { TENSOR("self") },
    .samples = { { -3, 3 } },
};

#ifdef XK
KERNEL(xk_t self)
{
#if XK_C64 || XK_C128
    const xk_t y = xk_cnormal(self, xk_cexponent(self));
    const xk_real square = y.re * y.re + y.im * y.im, length = xk_sqrt(square);
    return xk_is_true(self) ? xk_complex(y.re / length, y.im / length) : xk_complex(0, 0);
#else
    return (xk_t)((self > 0) - (self < 0));
#endif
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self)
{
    return (self > 0) - (self < 0);
}
#endif
