#include "draft/draft.h"
#include "operator.h"

/* Rows are the last dimensions, of exactly the given sizes. */
static expops_status draft(expops_draft *d)
{
    const expops_view *input = d->tensor;
    const int64_t *sizes = d->args[1].as.integers;
    const uint32_t count = d->args[1].count;
    uint8_t walked[EXPOPS_MAX_RANK];
    expops_view out;
    EXPOPS_TRY(expops_view_last_dims(input, sizes, count, walked));
    for (uint32_t i = 2; i < 4; i++)
        if (d->args[i].kind == EXPOPS_VALUE_TENSOR)
            EXPOPS_TRY_SAYING(expops_view_has_shape(d->tensor + i, (int32_t)count, sizes), "argument %s",
                              d->op->parameters[i].name);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, input->ndim, input->shape, NULL, &out));
    expops_leaf *leaf = expops_draft_map(d, d->op, &out, walked);
    expops_leaf_row_argument(leaf, 0, input, walked);
    for (uint32_t i = 2; i < 5; i++)
        expops_leaf_argument(leaf, i);
    return EXPOPS_OK;
}

OPERATOR(layer_norm) = {
    .name = "layer_norm",
    .doc = "(input - mean) / sqrt(variance + eps) * weight + bias, mean and variance over the last dimensions, whose "
           "sizes are "
           "normalized_shape.",
    .source = "torch.nn.functional.layer_norm",
    .family = EXPOPS_FAMILY_MAP,
    .dtypes = FLOATING,
    .meet = EXPOPS_MEET_SAME,
    .parameters = { TENSOR("input"), INTS("normalized_shape", .doc = "Sizes of the dimensions a row consists of."),
                    TENSOR("weight", DEFAULT(1), .doc = "Of shape normalized_shape; absent means ones."),
                    TENSOR("bias", DEFAULT(0), .doc = "Of shape normalized_shape; absent means zeros."),
                    NUMBER("eps", DEFAULT(1e-5), .meets = EXPOPS_MEETS_EXACT) },
    .draft = draft,
    .samples = { { -10, 10 }, { .ints = EXPOPS_SAMPLES_ROW }, { 0.5, 2, .row = 1 }, { -1, 1, .row = 1 } },
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.5, .bf16 = 0.5 }, /* the last rounding; the reference says the others */
};

#ifdef XK
/* So many elements, their mean, and the sum of the squares of what they differ from it: nothing large cancels. */
typedef struct xk_acc {
    xk_t count, mean, squares;
} xk_acc;

XK_FN xk_acc xk_acc_of(xk_t count, xk_t mean, xk_t squares)
{
    xk_acc a;
    a.count = count;
    a.mean = mean;
    a.squares = squares;
    return a;
}

XK_FN xk_acc xk_identity(void)
{
    return xk_acc_of(0, 0, 0);
}

XK_FN xk_acc xk_lift(xk_t x)
{
    return xk_acc_of(1, x, 0);
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    const xk_t count = a.count + b.count, share = count > 0 ? xk_quotient(b.count, count) : 0, gap = b.mean - a.mean;
    return xk_acc_of(count, a.mean + gap * share, a.squares + b.squares + gap * gap * a.count * share);
}

/* A vector's elements at once, a power of 2 of them: their mean needs no division. Bounds are such that compilers know them. */
#define XK_COMBINES_MANY 1
#define XK_ADD_HALVES(half) \
    XK_UNROLL \
    for (int k = 0; n > half && k < half; k++) \
        sum[k] += sum[(k + half) % n];
#define XK_HALF_OF(half, statement) \
    XK_UNROLL \
    for (int k = half; n > half && k < 2 * half; k++) { \
        statement \
    }
#define XK_EACH_HALF(statement) \
    XK_HALF_OF(1, statement) XK_HALF_OF(2, statement) XK_HALF_OF(4, statement) XK_HALF_OF(8, statement)
XK_FN xk_acc xk_combine_many(xk_acc acc, xk_acc *more, const int n)
{
    xk_t sum[16], squares;
    sum[0] = more[0].mean;
    XK_EACH_HALF(sum[k] = more[k].mean;)
    XK_ADD_HALVES(8) XK_ADD_HALVES(4) XK_ADD_HALVES(2) XK_ADD_HALVES(1) const xk_t mean = sum[0] / (xk_t)n;
    squares = (more[0].mean - mean) * (more[0].mean - mean);
    XK_EACH_HALF(squares += (more[k].mean - mean) * (more[k].mean - mean);)
    return xk_combine(acc, xk_acc_of((xk_t)n, mean, squares));
}

#if XK_AT_HAND
/* Where elements can be read again, their mean is known before the squares. */
#define XK_READS_TWICE 1
XK_FN xk_t xk_about(xk_t x, xk_t mean)
{
    return (x - mean) * (x - mean);
}

XK_FN xk_acc xk_of_two(xk_t count, xk_t mean, xk_t squares)
{
    return xk_acc_of(count, mean, squares);
}
#endif

/* `squares` becomes the scale. */
XK_FN xk_acc xk_settle(xk_acc a, xk_t n, xk_t eps)
{
    return xk_acc_of(n, a.mean, xk_rsqrt(a.squares / n + eps));
}

XK_FN xk_r xk_map(xk_t x, xk_t weight, xk_t bias, xk_acc row)
{
    return (x - row.mean) * row.squares * weight + bias;
}
#endif

#ifdef EXPOPS_REFERENCE
/* Each level rounds the mean once, by the largest element, and its share of a gap, at most half the row's width, three times. The squares
 * are off by 7 roundings a level, and by twice what the means are, in parts of the deviation; the scale is off by half of that,
 * and by two units of its root, a quotient and an addition: 6 roundings. Two products and the difference add 3. */
ROW_REFERENCE
{
    long double sum = 0, squares = 0, most = -INFINITY, least = INFINITY;
    for (int64_t i = 0; i < r->n; i++) {
        sum += r->x[i];
        most = fmaxl(most, r->x[i]);
        least = fminl(least, r->x[i]);
    }
    const long double mean = sum / r->n, levels = test_levels(r->n);
    for (int64_t i = 0; i < r->n; i++)
        squares += (r->x[i] - mean) * (r->x[i] - mean);
    const long double scale = 1 / sqrtl(squares / r->n + r->numbers[0]);
    const long double of_mean = levels * (fmaxl(fabsl(most), fabsl(least)) + 1.5L * (most - least));
    for (int64_t i = 0; i < r->n; i++) {
        const long double weight = r->weight ? r->weight[i] : 1, part = (r->x[i] - mean) * scale * weight;
        r->out[i] = part + (r->bias ? r->bias[i] : 0);
        r->error[i] = fabsl(weight) * scale * of_mean + fabsl(part) * (3.5L * levels + 2 * of_mean * scale + 9);
    }
}
#endif
