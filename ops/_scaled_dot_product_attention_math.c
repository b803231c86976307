#include "attention.h"
#include "operator.h"

enum { DROPOUT_MASK = SCALE };

extern const expops_operator expops_operator_copy, expops_operator_logical_not, expops_operator_masked_fill;

static expops_status check_dropout(const attention *a)
{
    const int given = a->draft->args[DROPOUT_MASK].kind == EXPOPS_VALUE_TENSOR;
    return given || !attention_drops(a)
               ? EXPOPS_OK
               : expops_fail(EXPOPS_ERR_UNSUPPORTED,
                             "argument dropout_p is above 0 without a dropout_mask; weights are not dropped at random");
}

static expops_status drop(const attention *a, const expops_view *weights)
{
    const expops_view *kept = a->draft->tensor + DROPOUT_MASK;
    expops_view dropped;
    EXPOPS_TRY_SAYING(expops_view_expands_to(kept, weights), "argument dropout_mask");
    EXPOPS_TRY(expops_draft_temporary(a->draft, EXPOPS_DTYPE_BOOL, kept->ndim, kept->shape, &dropped));
    expops_draft_then(a->draft, &expops_operator_logical_not, &dropped, kept);
    expops_leaf *leaf = attention_leaf(a, &expops_operator_masked_fill, weights);
    expops_leaf_view(leaf, weights);
    expops_leaf_view(leaf, &dropped);
    expops_leaf_constant(leaf, 0, 0);
    return EXPOPS_OK;
}

/* Weights of half types are rounded when the output is made of them. */
static expops_status draft(expops_draft *d)
{
    attention a = { .draft = d, .between = 1 };
    expops_view weights_shape, out_shape, weights, out, exact;
    EXPOPS_TRY(attention_begin(&a, &weights_shape, &out_shape));
    EXPOPS_TRY(check_dropout(&a));
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, out_shape.ndim, out_shape.shape, NULL, &out));
    EXPOPS_TRY(expops_draft_result(d, 1, d->result, weights_shape.ndim, weights_shape.shape, NULL, &weights));
    exact = weights;
    if (weights.dtype != a.computed)
        EXPOPS_TRY(expops_draft_temporary(d, a.computed, weights.ndim, weights.shape, &exact));
    EXPOPS_TRY(attention_weigh(&a, &exact));
    if (attention_drops(&a))
        EXPOPS_TRY(drop(&a, &exact));
    attention_output(&a, &exact, &out);
    if (weights.dtype != a.computed)
        expops_draft_then(d, &expops_operator_copy, &weights, &exact);
    return EXPOPS_OK;
}

OPERATOR(_scaled_dot_product_attention_math) = {
    .name = "_scaled_dot_product_attention_math",
    .doc = "softmax(query key^T * scale + attn_mask) value, and the softmax. A bool attn_mask is added as 0 or 1. "
           "Half types are computed in f32.",
    .source = "torch.ops.aten._scaled_dot_product_attention_math",
    .outputs = { "out", "weights" },
    .family = EXPOPS_FAMILY_REDUCE,
    .dtypes = FLOATING,
    .meet = EXPOPS_MEET_SAME,
    .not_in_place = 1,
    .parameters = { TENSOR("query"), TENSOR("key"), TENSOR("value"),
                    TENSOR("attn_mask", .optional = 1, .dtypes = FLOATING | INTEGRAL | BOOLEAN,
                           .doc = "Added to the scores, to which it broadcasts."),
                    NUMBER("dropout_p", DEFAULT(0), .drafted = 1, .meets = EXPOPS_MEETS_EXACT,
                           .doc = "Above 0: the output of the kept weights is divided by 1 - dropout_p."),
                    BOOL("is_causal", DEFAULT(0), .doc = "Row i of query sees the rows of key up to i."),
                    TENSOR("dropout_mask", .optional = 1, .dtypes = BOOLEAN,
                           .doc = "Where dropout_p is above 0: which weights are kept."),
                    NUMBER("scale", .optional = 1, .meets = EXPOPS_MEETS_EXACT,
                           .doc = "Absent means 1 / sqrt(the last size of query)."),
                    BOOL("enable_gqa", DEFAULT(0),
                         .doc = "Neighbouring heads of query may share one of key or value.") },
    .draft = draft,
    .samples = { { -2, 2, .usual = { 2, 3, 40, 24 }, .count = 4 },
                 { -2, 2, .usual = { 2, 3, 36, 24 }, .count = 4 },
                 { -2, 2, .usual = { 2, 3, 36, 20 }, .count = 4 },
                 { -2, 2, .usual = { 40, 36 }, .count = 2 },
                 { 0, 0.9 },
                 { 0, 1, .usual = { 40, 36 }, .count = 2 },
                 { 0.05, 0.5 } },
    .bound = { .f32 = 4, .f64 = 8, .f16 = 1, .bf16 = 1, .by_terms = 1 },
};

#ifdef XK
#define XK_PRODUCT 1 /* so that matrix instructions may do it */
typedef xk_t xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return 0;
}

XK_FN xk_acc xk_lift(xk_t left, xk_t right)
{
    return left * right;
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    return a + b;
}

XK_FN xk_r xk_finish(xk_acc a, xk_t n, xk_t dropout_p, xk_t scale)
{
    const xk_t y = a * scale;
    return dropout_p == 0 ? y : y / (1 - dropout_p); /* a division costs more than a short row's products */
}
#endif
