/* What the two operators of attention share: softmax(query key^T * scale + mask) value, as a recipe of leaves. */
#ifndef ATTENTION_H
#define ATTENTION_H

#include <math.h>
#include "draft/draft.h"

/* The bodies of these two are a product, scaled, and a sum. */
extern const expops_operator expops_operator__scaled_dot_product_attention_math,
    expops_operator_scaled_dot_product_attention;
extern const expops_operator expops_operator__safe_softmax, expops_operator_log, expops_operator_tril;

/* The parameters of both: those before SCALE by number, it and what follows behind what one has in between. */
enum { QUERY, KEY, VALUE, ATTN_MASK, DROPOUT_P, IS_CAUSAL, SCALE, ENABLE_GQA };

/* Heads are the dimension before a matrix; with enable_gqa so many neighbouring ones of query share one of key. */
typedef struct attention {
    expops_draft *draft;
    uint32_t between; /* parameters before `scale` that the other has not */
    uint32_t keeps;   /* a bool mask keeps where it is true; else it is added as 0 or 1 */
    int32_t computed; /* the type that is computed in: of half types f32 */
} attention;

static inline uint32_t attention_index(const attention *a, uint32_t option)
{
    return option < SCALE ? option : option + a->between;
}

static inline const expops_value *attention_option(const attention *a, uint32_t option)
{
    return a->draft->args + attention_index(a, option);
}

static inline int attention_drops(const attention *a)
{
    return expops_number_value(a->draft->op, DROPOUT_P, attention_option(a, DROPOUT_P)) > 0;
}

/* --- what arguments may be --- */

static inline expops_status attention_check_matrices(const expops_draft *d)
{
    for (uint32_t i = QUERY; i <= VALUE; i++)
        if (d->tensor[i].ndim < 2 || d->tensor[i].ndim > EXPOPS_MAX_RANK - 3)
            return expops_fail(EXPOPS_ERR_SHAPE, "argument %s has %d dimensions; expected 2 to %d",
                               d->op->parameters[i].name, d->tensor[i].ndim, EXPOPS_MAX_RANK - 3);
    return EXPOPS_OK;
}

/* A size, counted from the last one. */
static inline int64_t attention_size(const expops_view *view, int32_t from_last)
{
    return view->shape[view->ndim - from_last];
}

static inline expops_status attention_check_sizes(const expops_draft *d)
{
    const expops_view *query = d->tensor + QUERY, *key = d->tensor + KEY, *value = d->tensor + VALUE;
    if (attention_size(key, 1) != attention_size(query, 1))
        return expops_fail(EXPOPS_ERR_SHAPE, "argument key has a last size of %lld; query's is %lld",
                           (long long)attention_size(key, 1), (long long)attention_size(query, 1));
    if (attention_size(value, 2) != attention_size(key, 2))
        return expops_fail(EXPOPS_ERR_SHAPE, "argument value has %lld rows; key has %lld",
                           (long long)attention_size(value, 2), (long long)attention_size(key, 2));
    return EXPOPS_OK;
}

static inline expops_status attention_check_heads(const expops_draft *d)
{
    for (uint32_t i = QUERY; i <= VALUE; i++)
        if (d->tensor[i].ndim < 3)
            return expops_fail(EXPOPS_ERR_SHAPE, "argument %s has no dimension of heads, as enable_gqa needs",
                               d->op->parameters[i].name);
    const int64_t heads = attention_size(d->tensor + QUERY, 3);
    for (uint32_t i = KEY; i <= VALUE; i++) {
        const int64_t shared = attention_size(d->tensor + i, 3);
        if (heads != shared && (shared == 0 || heads % shared))
            return expops_fail(EXPOPS_ERR_SHAPE, "argument %s has %lld heads, which do not divide query's %lld",
                               d->op->parameters[i].name, (long long)shared, (long long)heads);
    }
    return EXPOPS_OK;
}

static inline expops_status attention_check_options(const attention *a)
{
    const expops_draft *d = a->draft;
    if (d->args[ATTN_MASK].kind == EXPOPS_VALUE_TENSOR && attention_option(a, IS_CAUSAL)->as.integer)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "argument attn_mask is given and is_causal, which is a mask, too");
    EXPOPS_TRY(attention_check_matrices(d));
    EXPOPS_TRY(attention_check_sizes(d));
    return attention_option(a, ENABLE_GQA)->as.integer ? attention_check_heads(d) : EXPOPS_OK;
}

/* --- shapes --- */

/* Enlarges the shape of the dimensions before a matrix; heads count as those of query that they are repeated for. */
static inline expops_status attention_meet(const attention *a, uint32_t argument, int32_t *ndim, int64_t *shape)
{
    expops_view batch = a->draft->tensor[argument];
    batch.ndim -= 2;
    if (attention_option(a, ENABLE_GQA)->as.integer)
        batch.shape[batch.ndim - 1] = attention_size(a->draft->tensor + QUERY, 3);
    EXPOPS_TRY_SAYING(expops_broadcast(ndim, shape, &batch), "argument %s", a->draft->op->parameters[argument].name);
    return EXPOPS_OK;
}

/* Shapes of the weights, a row of them for each of query, and of the output; their strides stay open. */
static inline expops_status attention_shapes(const attention *a, expops_view *weights, expops_view *out)
{
    const expops_view *tensor = a->draft->tensor;
    weights->ndim = 0;
    EXPOPS_TRY(attention_meet(a, QUERY, &weights->ndim, weights->shape));
    EXPOPS_TRY(attention_meet(a, KEY, &weights->ndim, weights->shape));
    *out = *weights;
    EXPOPS_TRY(attention_meet(a, VALUE, &out->ndim, out->shape));
    weights->shape[weights->ndim++] = out->shape[out->ndim++] = attention_size(tensor + QUERY, 2);
    weights->shape[weights->ndim++] = attention_size(tensor + KEY, 2);
    out->shape[out->ndim++] = attention_size(tensor + VALUE, 1);
    return EXPOPS_OK;
}

/* Checks the arguments and finds the results' shapes. */
static inline expops_status attention_begin(attention *a, expops_view *weights, expops_view *out)
{
    a->computed = expops_arithmetic_type(a->draft->common);
    EXPOPS_TRY(attention_check_options(a));
    return attention_shapes(a, weights, out);
}

/* --- leaves --- */

static inline expops_leaf *attention_leaf(const attention *a, const expops_operator *body, const expops_view *out)
{
    expops_leaf *leaf = expops_draft_leaf(a->draft, body, EXPOPS_FAMILY_POINTWISE, out);
    expops_leaf_computes(leaf, a->computed, a->computed);
    return leaf;
}

/* Each row of `left` times each row of `right`, whose heads serve several of the others' where they are fewer. */
static inline expops_leaf *attention_product(const attention *a, expops_view left, expops_view right, expops_view out)
{
    const int64_t rows = attention_size(&left, 2), columns = attention_size(&right, 2);
    const int grouped = attention_option(a, ENABLE_GQA)->as.integer && attention_size(&right, 3) > 0;
    const int64_t share = grouped ? attention_size(&out, 3) / attention_size(&right, 3) : 1;
    uint8_t walked[EXPOPS_MAX_RANK] = { 0 };
    if (share > 1) {
        expops_view_split(&left, left.ndim - 3, share);
        expops_view_split(&out, out.ndim - 3, share);
        expops_view_insert(&right, right.ndim - 2, share);
    }
    expops_view_insert(&left, left.ndim - 1, columns);
    expops_view_insert(&right, right.ndim - 2, rows);
    expops_view space = out;
    expops_view_insert(&space, out.ndim, attention_size(&left, 1));
    walked[out.ndim] = 1;
    expops_leaf *leaf =
        expops_draft_reduce(a->draft, &expops_operator__scaled_dot_product_attention_math, &space, walked, &out, 0);
    expops_leaf_computes(leaf, a->computed, a->computed);
    expops_leaf_view(leaf, &left);
    expops_leaf_view(leaf, &right);
    return leaf;
}

/* Of rows of no elements the product is 0, whatever it is scaled by. */
static inline void attention_scale(const attention *a, expops_leaf *leaf)
{
    const int64_t size = attention_size(a->draft->tensor + QUERY, 1);
    if (attention_option(a, SCALE)->kind == EXPOPS_VALUE_NONE || !size)
        expops_leaf_constant(leaf, size ? 1 / sqrt((double)size) : 0, 1);
    else
        expops_leaf_argument(leaf, attention_index(a, SCALE));
}

static inline void attention_score(const attention *a, const expops_view *weights)
{
    const expops_view *tensor = a->draft->tensor;
    expops_leaf *leaf = attention_product(a, tensor[QUERY], tensor[KEY], *weights);
    expops_leaf_constant(leaf, 0, 1);
    attention_scale(a, leaf);
}

static inline void attention_add_mask(const attention *a, const expops_view *weights, const expops_view *mask)
{
    expops_leaf *leaf = attention_leaf(a, &expops_operator_scaled_dot_product_attention, weights);
    expops_leaf_view(leaf, weights);
    expops_leaf_view(leaf, mask);
}

/* The logarithm of a truth value is what keeps a score or makes it nothing: 0 or negative infinity. */
static inline expops_status attention_kept(const attention *a, const expops_view *kept, expops_view *mask)
{
    EXPOPS_TRY(expops_draft_temporary(a->draft, a->computed, kept->ndim, kept->shape, mask));
    expops_leaf_view(attention_leaf(a, &expops_operator_log, mask), kept);
    return EXPOPS_OK;
}

static inline expops_status attention_keep(const attention *a, const expops_view *weights, const expops_view *kept)
{
    expops_view mask;
    EXPOPS_TRY(attention_kept(a, kept, &mask));
    attention_add_mask(a, weights, &mask);
    return EXPOPS_OK;
}

/* A row keeps the columns up to its own. */
static inline expops_status attention_keep_earlier(const attention *a, const expops_view *weights)
{
    const int64_t column_less_row[] = { -1, 1 };
    expops_view kept;
    EXPOPS_TRY(expops_draft_temporary(a->draft, EXPOPS_DTYPE_BOOL, 2, weights->shape + weights->ndim - 2, &kept));
    expops_leaf *leaf = expops_draft_leaf(a->draft, &expops_operator_tril, EXPOPS_FAMILY_POINTWISE, &kept);
    expops_leaf_computes(leaf, EXPOPS_DTYPE_I64, EXPOPS_DTYPE_BOOL);
    expops_leaf_position(leaf, column_less_row, 0);
    return attention_keep(a, weights, &kept);
}

static inline expops_status attention_mask(const attention *a, const expops_view *weights)
{
    const expops_draft *d = a->draft;
    const expops_view *mask = d->tensor + ATTN_MASK;
    if (attention_option(a, IS_CAUSAL)->as.integer)
        return attention_keep_earlier(a, weights);
    if (d->args[ATTN_MASK].kind != EXPOPS_VALUE_TENSOR)
        return EXPOPS_OK;
    EXPOPS_TRY_SAYING(expops_view_expands_to(mask, weights), "argument attn_mask");
    if (mask->dtype == EXPOPS_DTYPE_BOOL && a->keeps)
        return attention_keep(a, weights, mask);
    attention_add_mask(a, weights, mask);
    return EXPOPS_OK;
}

/* Scores, masked, and their softmax, in the place of the weights. */
static inline expops_status attention_weigh(const attention *a, const expops_view *weights)
{
    uint8_t walked[EXPOPS_MAX_RANK] = { 0 };
    attention_score(a, weights);
    EXPOPS_TRY(attention_mask(a, weights));
    walked[weights->ndim - 1] = 1;
    expops_leaf *leaf = expops_draft_map(a->draft, &expops_operator__safe_softmax, weights, walked);
    expops_leaf_computes(leaf, a->computed, a->computed);
    expops_leaf_view(leaf, weights);
    return EXPOPS_OK;
}

/* What is kept of the weights is scaled up with the output, not with the weights. */
static inline void attention_output(const attention *a, const expops_view *weights, const expops_view *out)
{
    expops_view columns = a->draft->tensor[VALUE];
    const int32_t last = columns.ndim - 1;
    columns.shape[last] = attention_size(a->draft->tensor + VALUE, 2);
    columns.shape[last - 1] = attention_size(a->draft->tensor + VALUE, 1);
    columns.strides[last] = a->draft->tensor[VALUE].strides[last - 1];
    columns.strides[last - 1] = a->draft->tensor[VALUE].strides[last];
    expops_leaf *leaf = attention_product(a, *weights, columns, *out);
    if (attention_drops(a))
        expops_leaf_argument(leaf, DROPOUT_P);
    else
        expops_leaf_constant(leaf, 0, 1);
    expops_leaf_constant(leaf, 1, 1);
}

#endif
