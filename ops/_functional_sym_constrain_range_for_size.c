#include <math.h>
#include "mover.h"
#include "draft/number.h"
#include "operator.h"

/* PyTorch cuts a fraction of size off. */
static expops_status check(const expops_operator *op, const expops_value *args, int common)
{
    const double size = trunc(expops_number_value(op, 0, args));
    const int64_t min = args[1].kind == EXPOPS_VALUE_NONE ? 0 : args[1].as.integer;
    const int64_t max = args[2].kind == EXPOPS_VALUE_NONE ? INT64_MAX : args[2].as.integer;
    if (max <= 2)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument max is %lld; expected one above 2", op->name,
                           (long long)max);
    if (max < min)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument max is %lld, below min, %lld", op->name,
                           (long long)max, (long long)min);
    if (size >= (double)min && size <= (double)max)
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "%s: argument size is %.17g; expected %lld to %lld", op->name, size,
                       (long long)min, (long long)max);
}

static expops_status draft(expops_draft *d)
{
    expops_view out;
    EXPOPS_TRY(expops_draft_like(d, 3, &out));
    expops_leaf_argument(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &out), 3);
    return EXPOPS_OK;
}

OPERATOR(_functional_sym_constrain_range_for_size) = {
    .name = "_functional_sym_constrain_range_for_size",
    .doc = "A copy of dep_token, once size is found to be at least min and at most max.",
    .source = "torch.ops.aten._functional_sym_constrain_range_for_size",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { NUMBER("size", .meets = EXPOPS_MEETS_EXACT), INT("min", .optional = 1, .doc = "Absent means 0."),
                    INT("max", .optional = 1, .doc = "Above 2; absent means no bound."), TENSOR("dep_token") },
    .check = check,
    .draft = draft,
    .samples = { { 0, 0 }, { 0, 0 }, { 0, 0 }, { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    return move_element(m, 3, at);
}
#endif
