#include "base/error.h"
#include "draft/number.h"
#include "draft/promote.h"
#include "operator.h"

#include <math.h>

/* A limit of integers loses its fraction before it meets them. */
static expops_value limit_of(const expops_value *value, int common)
{
    const int whole = value->kind == EXPOPS_VALUE_REAL && !expops_dtype_is_float(common);
    return whole ? expops_real(trunc(value->as.real)) : *value;
}

static expops_status check(const expops_operator *op, const expops_value *args, int common)
{
    const expops_value limits[] = { limit_of(args + 1, common), limit_of(args + 2, common) };
    const double low = expops_number_value(op, 1, limits), high = expops_number_value(op, 2, limits + 1);
    const double given_low = expops_number_value(op, 1, args + 1), given_high = expops_number_value(op, 2, args + 2);
    for (uint32_t i = 0; i < 2; i++)
        EXPOPS_TRY(expops_check_number(op, 1 + i, limits + i, (expops_meeting){ common, 1 }));
    if (given_low > given_high)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument min_val is %g, above max_val, %g", op->name,
                           given_low, given_high);
    if (common == EXPOPS_DTYPE_U8 && (low < 0 || high < 0))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "%s: argument %s is %g; an unsigned type takes no limit below 0", op->name,
                           low < 0 ? "min_val" : "max_val", low < 0 ? low : high);
    return EXPOPS_OK;
}

OPERATOR(hardtanh) = {
    .name = "hardtanh",
    .doc = "self, but not below min_val and not above max_val, which may not be below min_val; NaN is kept, and a "
           "limit that is NaN wins.",
    .source = "torch.nn.functional.hardtanh",
    .dtypes = FLOATING | INTEGRAL,
    .parameters = { TENSOR("self"), NUMBER("min_val", DEFAULT(-1), .meets = EXPOPS_MEETS_ELEMENT),
                    NUMBER("max_val", DEFAULT(1), .meets = EXPOPS_MEETS_ELEMENT) },
    .check = check,
    .samples = { { -3, 3 } },
};

#ifdef XK
KERNEL(xk_t self, xk_t min_val, xk_t max_val)
{
    const xk_t low = self < min_val || xk_isnan(min_val) ? min_val : self;
    return low > max_val || xk_isnan(max_val) ? max_val : low;
}
#endif

#ifdef EXPOPS_REFERENCE
REFERENCE(long double self, long double min_val, long double max_val)
{
    if (isnan(min_val) || isnan(max_val))
        return NAN;
    if (isnan(self) || (self == min_val && self <= max_val) || (self == max_val && self >= min_val))
        return self;
    return fminl(fmaxl(self, min_val), max_val);
}
#endif
