#include "attention.h"
#include "operator.h"

enum { OPTIONS = 4 };

static expops_status check(const expops_operator *op, const expops_value *args, int common)
{
    const double p = expops_number_value(op, OPTIONS + DROPOUT_P, args + OPTIONS + DROPOUT_P);
    return p > 0 ? expops_fail(EXPOPS_ERR_UNSUPPORTED,
                               "%s: argument dropout_p is %g; expected 0, as weights are not dropped at random",
                               op->name, p)
                 : EXPOPS_OK;
}

static expops_status check_mask(const expops_draft *d)
{
    const int32_t dtype = d->tensor[ATTN_MASK].dtype;
    if (d->args[ATTN_MASK].kind != EXPOPS_VALUE_TENSOR || dtype == EXPOPS_DTYPE_BOOL || dtype == EXPOPS_DTYPE_F32 ||
        dtype == d->common)
        return EXPOPS_OK;
    return expops_fail(EXPOPS_ERR_DTYPE, "argument attn_mask has type %s; expected bool, f32 or query's %s",
                       expops_dtype_name((expops_dtype)dtype), expops_dtype_name((expops_dtype)d->common));
}

static expops_status draft(expops_draft *d)
{
    attention a = { .draft = d, .options = OPTIONS, .keeps = 1 };
    expops_view weights_shape, out_shape, weights, out;
    expops_weighing weighing;
    EXPOPS_TRY(attention_begin(&a, &weights_shape, &out_shape));
    EXPOPS_TRY(check_mask(d));
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, out_shape.ndim, out_shape.shape, NULL, &out));
    if (attention_weighing(&a, &out, &weighing))
        return attention_weighed(&a, &weighing, &weights_shape);
    EXPOPS_TRY(expops_draft_temporary(d, a.computed, weights_shape.ndim, weights_shape.shape, &weights));
    EXPOPS_TRY(attention_weigh(&a, &weights));
    attention_output(&a, &weights, &out);
    return EXPOPS_OK;
}

OPERATOR(scaled_dot_product_attention) = {
    .name = "scaled_dot_product_attention",
    .doc = "softmax(query key^T * scale + attn_mask) value. A bool attn_mask keeps where it is true. Half types are "
           "computed in f32.",
    .source = "torch.nn.functional.scaled_dot_product_attention",
    .dtypes = FLOATING,
    .meet = EXPOPS_MEET_SAME,
    .not_in_place = 1,
    .parameters = { TENSOR("query"), TENSOR("key"), TENSOR("value"),
                    TENSOR("attn_mask", .optional = 1, .dtypes = FLOATING | BOOLEAN,
                           .doc = "Added to the scores, to which it broadcasts; of bool: which of them are kept."),
                    NUMBER("dropout_p", DEFAULT(0), .meets = EXPOPS_MEETS_EXACT, .doc = "Not above 0."),
                    NUMBER("scale", .optional = 1, .meets = EXPOPS_MEETS_EXACT,
                           .doc = "Absent means 1 / sqrt(the last size of query)."),
                    BOOL("is_causal", DEFAULT(0), .doc = "Row i of query sees the rows of key up to i."),
                    BOOL("enable_gqa", DEFAULT(0),
                         .doc = "Neighbouring heads of query may share one of key or value.") },
    .check = check,
    .draft = draft,
    .samples = { { -2, 2, .usual = { 2, 3, 40, 24 }, .count = 4 },
                 { -2, 2, .usual = { 2, 3, 36, 24 }, .count = 4 },
                 { -2, 2, .usual = { 2, 3, 36, 20 }, .count = 4 },
                 { 0, 1, .usual = { 40, 36 }, .count = 2 } },
    .bound = { .f32 = 4, .f64 = 8, .f16 = 1, .bf16 = 1, .by_terms = 1 },
};

#ifdef XK
/* What a mask is added with. */
KERNEL(xk_t score, xk_t attn_mask)
{
    return score + attn_mask;
}
#endif
