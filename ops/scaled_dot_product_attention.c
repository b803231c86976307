#include "attention.h"
#include "operator.h"

static expops_status check(const expops_operator *op, const expops_value *args, int common)
{
    const double p = expops_number_value(op, DROPOUT_P, args + DROPOUT_P);
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

/* So many neighbouring heads of query share one of key and value. */
static int64_t sharing(const attention *a)
{
    const expops_view *tensor = a->draft->tensor;
    const int64_t heads = attention_option(a, ENABLE_GQA)->as.integer ? attention_size(tensor + KEY, 3) : 0;
    return heads ? attention_size(tensor + QUERY, 3) / heads : 1;
}

/* Heads as those of key and, of each, those that share it. What is the same for all heads stays that. */
static void split(expops_view *view, int64_t share)
{
    if (share > 1 && view->ndim >= 3 && attention_size(view, 3) > 1)
        expops_view_split(view, view->ndim - 3, share);
    else if (share > 1 && view->ndim >= 3)
        expops_view_insert(view, view->ndim - 2, 1);
}

/* All of it as one leaf, whose weights nobody sees. 0: the device has no such leaf, or key and value differ in heads. */
static int as_one_leaf(const attention *a, const expops_view *out, expops_weighing *weighing)
{
    const expops_view *tensor = a->draft->tensor;
    const int grouped = attention_option(a, ENABLE_GQA)->as.integer != 0;
    const int64_t share = sharing(a);
    if (grouped && attention_size(tensor + KEY, 3) != attention_size(tensor + VALUE, 3))
        return 0;
    *weighing = (expops_weighing){ .left = tensor[QUERY], .right = tensor[KEY], .summed = tensor[VALUE], .out = *out };
    split(&weighing->left, share);
    split(&weighing->out, share);
    if (share > 1) {
        expops_view_insert(&weighing->right, weighing->right.ndim - 2, 1);
        expops_view_insert(&weighing->summed, weighing->summed.ndim - 2, 1);
    }
    return expops_draft_weighs(a->draft, weighing);
}

/* Nothing is taken of columns behind a row's own, and so nothing of them is computed. */
static expops_status draft_one_leaf(const attention *a, const expops_weighing *weighing, const expops_view *weights)
{
    const expops_draft *d = a->draft;
    expops_view mask = d->tensor[ATTN_MASK];
    const int is_masked = d->args[ATTN_MASK].kind == EXPOPS_VALUE_TENSOR;
    if (is_masked)
        EXPOPS_TRY_SAYING(expops_view_expands_to(&mask, weights), "argument attn_mask");
    if (is_masked && mask.dtype == EXPOPS_DTYPE_BOOL)
        EXPOPS_TRY(attention_kept(a, d->tensor + ATTN_MASK, &mask));
    expops_leaf *leaf = expops_draft_weighted(a->draft, a->draft->op, weighing);
    split(&mask, is_masked ? sharing(a) : 1);
    if (is_masked)
        expops_leaf_scores(leaf, mask);
    attention_scale(a, leaf);
    if (attention_option(a, IS_CAUSAL)->as.integer)
        expops_leaf_limit(leaf, 1);
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    attention a = { .draft = d, .keeps = 1 };
    expops_view weights_shape, out_shape, weights, out;
    expops_weighing weighing;
    EXPOPS_TRY(attention_begin(&a, &weights_shape, &out_shape));
    EXPOPS_TRY(check_mask(d));
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, out_shape.ndim, out_shape.shape, NULL, &out));
    if (as_one_leaf(&a, &out, &weighing))
        return draft_one_leaf(&a, &weighing, &weights_shape);
    EXPOPS_TRY(expops_draft_temporary(d, a.computed, weights_shape.ndim, weights_shape.shape, &weights));
    EXPOPS_TRY(attention_weigh(&a, &weights));
    attention_output(&a, &weights, &out);
    return EXPOPS_OK;
}

OPERATOR(scaled_dot_product_attention) = {
    .name = "scaled_dot_product_attention",
    .doc = "softmax(query key^T * scale + attn_mask) value. A bool attn_mask keeps where it is true. Half types are "
           "computed in f32; a device's matrix instructions take the weights rounded to them.",
    .source = "torch.nn.functional.scaled_dot_product_attention",
    .dtypes = FLOATING,
    .meet = EXPOPS_MEET_SAME,
    .not_in_place = 1,
    .parameters = { TENSOR("query"), TENSOR("key"), TENSOR("value"),
                    TENSOR("attn_mask", .optional = 1, .dtypes = FLOATING | BOOLEAN,
                           .doc = "Added to the scores, to which it broadcasts; of bool: which of them are kept."),
                    NUMBER("dropout_p", DEFAULT(0), .meets = EXPOPS_MEETS_EXACT, .doc = "Not above 0."),
                    BOOL("is_causal", DEFAULT(0), .doc = "Row i of query sees the rows of key up to i."),
                    NUMBER("scale", .optional = 1, .meets = EXPOPS_MEETS_EXACT,
                           .doc = "Absent means 1 / sqrt(the last size of query)."),
                    BOOL("enable_gqa", DEFAULT(0),
                         .doc = "Neighbouring heads of query may share one of key or value.") },
    .check = check,
    .draft = draft,
    .samples = { { -2, 2, .usual = { 2, 3, 72, 24 }, .count = 4 },
                 { -2, 2, .usual = { 2, 3, 36, 24 }, .count = 4 },
                 { -2, 2, .usual = { 2, 3, 36, 20 }, .count = 4 },
                 { 0, 1, .usual = { 72, 36 }, .count = 2 },
                 { 0, 0 },
                 { 0.05, 0.5 } },
    .bound = { .f32 = 4, .f64 = 8, .f16 = 1, .bf16 = 1, .by_terms = 1 },
};

#ifdef XK
/* What a mask is added with. */
KERNEL(xk_t score, xk_t attn_mask)
{
    return score + attn_mask;
}
#endif
