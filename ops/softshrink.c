#include <math.h>
#include "base/error.h"
#include "draft/number.h"
#include "operator.h"

/* The common type must hold it too, though the arithmetic takes it unrounded. */
static expops_status check(const expops_operator *op, const expops_value *args, int common)
{
    const double lambd = expops_number_value(op, 1, args + 1);
    if (!(lambd >= 0 && isfinite(lambd)))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "%s: argument lambd is %g; a finite number not below 0 was expected", op->name, lambd);
    return expops_check_number(op, 1, args + 1, (expops_meeting){ common, 1 });
}

OPERATOR(softshrink) = {
    .name = "softshrink",
    .doc = "self - lambd above lambd, self + lambd below -lambd, else 0; NaN is kept.",
    .source = "torch.nn.functional.softshrink",
    .dtypes = FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), NUMBER("lambd", DEFAULT(0.5), .doc = "Finite, not below 0.") },
    .check = check,
    .samples = { { -2, 2 } },
    .bound = { .f32 = 1, .f64 = 1, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t self, xk_t lambd)
{
    /* self * 0 keeps NaN and the sign. */
    const xk_t less = self - lambd, more = self + lambd, none = self * 0, lower = self < -lambd ? more : none;
    return self > lambd ? less : lower;
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
