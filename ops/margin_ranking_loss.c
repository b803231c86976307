#include <string.h>
#include "draft/draft.h"
#include "draft/promote.h"
#include "operator.h"

extern const expops_operator expops_operator_addcmul, expops_operator_fill, expops_operator_mul, expops_operator_neg;

static int is_whole(const expops_view *view)
{
    return (int)((uint32_t)(WHOLE) >> view->dtype & 1u);
}

static expops_status check(const expops_draft *d)
{
    const expops_view *const input = d->tensor;
    if (input[0].ndim != input[1].ndim || input[0].ndim != input[2].ndim)
        return expops_fail(EXPOPS_ERR_SHAPE,
                           "input1, input2 and target have %d, %d and %d dimensions; they need the same", input[0].ndim,
                           input[1].ndim, input[2].ndim);
    for (int i = 0; i < 3; i++)
        if (input[i].dtype == EXPOPS_DTYPE_BOOL)
            return expops_fail(EXPOPS_ERR_DTYPE, "argument %s is bool, which cannot be subtracted",
                               d->op->parameters[i].name);
    for (int i = 0; i < 2; i++)
        if (is_whole(input) && is_whole(input + 1) && !((uint32_t)(INTEGRAL) >> input[i].dtype & 1u))
            return expops_fail(EXPOPS_ERR_DTYPE, "argument %s is %s, which is not subtracted from integers",
                               d->op->parameters[i].name, expops_dtype_name((expops_dtype)input[i].dtype));
    return EXPOPS_OK;
}

/* Memory for elements of this type, in the order that the result has, in the place of tensor argument `parameter`. */
static expops_status replace(expops_draft *d, uint32_t parameter, int32_t dtype)
{
    expops_view *const view = d->tensor + parameter;
    int64_t shape[EXPOPS_MAX_RANK], strides[EXPOPS_MAX_RANK];
    int32_t ndim;
    EXPOPS_TRY(expops_draft_broadcast(d, &ndim, shape));
    expops_draft_strides(d, ndim, shape, strides);
    EXPOPS_TRY(expops_draft_temporary(d, dtype, ndim, shape, view));
    memcpy(view->strides, strides, (size_t)ndim * sizeof *strides);
    return EXPOPS_OK;
}

static void leave_out(expops_draft *d, uint32_t parameter)
{
    d->args[parameter].kind = EXPOPS_VALUE_NONE; /* a tensor that is absent is 0 */
}

/* input1 becomes what an operator makes of two tensors, in the type that they have in common. */
static expops_status combine(expops_draft *d, const expops_operator *op, const expops_view *left,
                             const expops_view *right, expops_leaf **out_leaf)
{
    EXPOPS_TRY(replace(d, 0, expops_promote_types(left->dtype, right->dtype)));
    *out_leaf = expops_draft_leaf_of_output(d, op, EXPOPS_FAMILY_POINTWISE, d->tensor);
    expops_leaf_view(*out_leaf, left);
    expops_leaf_view(*out_leaf, right);
    return EXPOPS_OK;
}

/* input1 becomes what integers differ by, in the type that they have in common: it wraps, as in PyTorch. */
static expops_status subtract(expops_draft *d)
{
    const expops_view left = d->tensor[0], right = d->tensor[1];
    expops_leaf *leaf;
    EXPOPS_TRY(combine(d, &expops_operator_addcmul, &left, &right, &leaf));
    expops_leaf_constant(leaf, -1, 0);
    expops_leaf_constant(leaf, 1, 0);
    leave_out(d, 1);
    return EXPOPS_OK;
}

/* target's negative wraps too, */
static expops_status negate(expops_draft *d)
{
    const expops_view target = d->tensor[2];
    EXPOPS_TRY(expops_draft_temporary(d, target.dtype, target.ndim, target.shape, d->tensor + 2));
    expops_draft_then(d, &expops_operator_neg, d->tensor + 2, &target);
    return EXPOPS_OK;
}

/* and so does its product with the difference. It becomes input1, and target -1. */
static expops_status multiply(expops_draft *d)
{
    const expops_view difference = d->tensor[0], negative = d->tensor[2];
    expops_leaf *leaf;
    EXPOPS_TRY(combine(d, &expops_operator_mul, &difference, &negative, &leaf));
    EXPOPS_TRY(expops_draft_temporary(d, d->common, 0, difference.shape, d->tensor + 2));
    leaf = expops_draft_leaf_of_output(d, &expops_operator_fill, EXPOPS_FAMILY_POINTWISE, d->tensor + 2);
    expops_leaf_constant(leaf, -1, 0);
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    EXPOPS_TRY(check(d));
    const int subtracts = is_whole(d->tensor) && is_whole(d->tensor + 1);
    const int negates = (int)((uint32_t)(INTEGRAL) >> d->tensor[2].dtype & 1u);
    if (subtracts)
        EXPOPS_TRY(subtract(d));
    if (negates)
        EXPOPS_TRY(negate(d));
    if (subtracts && negates) {
        EXPOPS_TRY(multiply(d));
    } else if (negates) { /* the other way round */
        const expops_view left = d->tensor[0];
        d->tensor[0] = d->tensor[1];
        d->tensor[1] = left;
    }
    return expops_draft_loss(d, 4);
}

OPERATOR(margin_ranking_loss) = {
    .name = "margin_ranking_loss",
    .doc = "margin - target * (input1 - input2), or 0 where that is negative: of each element, or their mean or sum. "
           "Integers that meet integers wrap before margin is added.",
    .source = "torch.nn.functional.margin_ranking_loss",
    .dtypes = FLOATING | INTEGRAL,
    .arithmetic = EXPOPS_ARITHMETIC_FLOATING,
    .not_in_place = 1,
    .parameters = { TENSOR("input1"), TENSOR("input2"), TENSOR("target"),
                    NUMBER("margin", DEFAULT(0), .meets = EXPOPS_MEETS_EXACT),
                    WORD_DEFAULT("reduction", 1, "none", "mean", "sum") },
    .draft = draft,
    .samples = { { -10, 10 }, { -10, 10 }, { -1, 1 } },
    .bound = { .f32 = 8, .f64 = 8, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
KERNEL(xk_t input1, xk_t input2, xk_t target, xk_t margin)
{
    const xk_t loss = margin - target * (input1 - input2);
    return loss < 0 ? 0 : loss;
}

#include "sum.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
/* So many bits, with a sign or without; none of a type that is not an integer. */
typedef struct whole {
    int bits, is_signed;
} whole;

static whole whole_of(int argument)
{
    switch (test_reference_types[argument]) {
    case EXPOPS_DTYPE_U8:
        return (whole){ 8, 0 };
    case EXPOPS_DTYPE_I8:
        return (whole){ 8, 1 };
    case EXPOPS_DTYPE_I16:
        return (whole){ 16, 1 };
    case EXPOPS_DTYPE_I32:
        return (whole){ 32, 1 };
    case EXPOPS_DTYPE_I64:
        return (whole){ 64, 1 };
    default:
        return (whole){ 0, 0 };
    }
}

static whole met(whole a, whole b)
{
    const int mixed = a.is_signed != b.is_signed, most = a.bits > b.bits ? a.bits : b.bits;
    return (whole){ mixed && most < 16 ? 16 : most, a.is_signed || b.is_signed };
}

/* What is left of a whole number in so many bits; of numbers that are far from whole nothing is known. */
static long double wrapped(whole type, uint64_t number)
{
    const uint64_t low = type.bits < 64 ? number & ((UINT64_C(1) << type.bits) - 1) : number;
    const int negative = type.is_signed && low >> (type.bits - 1);
    return type.bits < 64 ? (long double)low - (negative ? ldexpl(1, type.bits) : 0) : (long double)(int64_t)low;
}

static uint64_t near(long double x)
{
    const long double bounded = fminl(fmaxl(rintl(x), (long double)INT64_MIN), (long double)INT64_MAX);
    return (uint64_t)(int64_t)bounded;
}

REFERENCE(long double input1, long double input2, long double target, long double margin, long double reduction)
{
    const whole one = whole_of(0), other = whole_of(1), sign = whole_of(2);
    const int subtracts = one.bits && other.bits;
    const long double difference = subtracts ? wrapped(met(one, other), near(input1) - near(input2)) : input1 - input2;
    const long double negative = sign.bits ? wrapped(sign, -near(target)) : -target;
    const long double product = subtracts && sign.bits
                                    ? wrapped(met(met(one, other), sign), near(negative) * near(difference))
                                    : negative * difference;
    const long double loss = product + margin;
    return loss < 0 ? 0 : loss;
}
#endif
