/* As much of everything as an operator may have: eight tensors, two of them in a list, two outputs, two choices that are compiled
 * in, and an accumulator of 40 bytes. In a library of the tests' own, with nothing else in it. */
#include "draft/draft.h"
#include "operator.h"

enum { SINGLE = 6, LISTED = 2 };

static void add_arguments(expops_draft *d, expops_leaf *leaf)
{
    for (uint32_t i = 0; i < SINGLE; i++)
        expops_leaf_argument(leaf, i);
    for (uint32_t i = 0; i < LISTED; i++) {
        const expops_view item = expops_draft_item(d, SINGLE, i);
        expops_leaf_view(leaf, &item);
    }
}

/* The value of each element, and a summary of each row of them. */
static expops_status draft(expops_draft *d)
{
    expops_view each, rows, space = { 0 };
    uint8_t walked[EXPOPS_MAX_RANK] = { 0 };
    if (d->args[SINGLE].count != LISTED)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "argument last has %u tensors; expected are %d",
                           d->args[SINGLE].count, LISTED);
    EXPOPS_TRY(expops_draft_broadcast(d, &space.ndim, space.shape));
    for (uint32_t i = 0; i < LISTED; i++) {
        const expops_view item = expops_draft_item(d, SINGLE, i);
        EXPOPS_TRY_SAYING(expops_broadcast(&space.ndim, space.shape, &item), "argument last, item %u", i);
    }
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, space.ndim, space.shape, NULL, &each));
    add_arguments(d, expops_draft_leaf(d, d->op, EXPOPS_FAMILY_POINTWISE, &each));
    walked[space.ndim - 1] = 1;
    EXPOPS_TRY(expops_draft_result(d, 1, d->result, space.ndim - 1, space.shape, NULL, &rows));
    add_arguments(d, expops_draft_reduce(d, d->op, &space, walked, &rows, 0));
    return EXPOPS_OK;
}

OPERATOR(many) = {
    .name = "many",
    .doc = "Of tests.",
    .source = "tests",
    .outputs = { "each", "rows" },
    .dtypes = 1u << EXPOPS_DTYPE_F32,
    .not_in_place = 1,
    .parameters = { TENSOR("a"), TENSOR("b"), TENSOR("c"), TENSOR("d"), TENSOR("e"), TENSOR("f"), TENSORS("last"),
                    CHOICE("sign", "plus", "minus"), CHOICE("weight", "one", "two", "three") },
    .draft = draft,
};

#ifdef XK
KERNEL(xk_t a, xk_t b, xk_t c, xk_t d, xk_t e, xk_t f, xk_t g, xk_t h)
{
    const xk_t sign = XK_CHOICE % 2 ? (xk_t)-1 : (xk_t)1, weight = (xk_t)(XK_CHOICE / 2 + 1);
    return a - b + weight * (c - d * 2) + sign * (e * 4 - f * 8) + g * 16 - h * 32;
}

/* Sums of the value and of the squares of small ones, the largest and smallest, how many there are, are zero, negative, above 5
 * and above 10, and the sum of those far below 0. */
typedef struct xk_acc {
    xk_t part[10];
} xk_acc;

XK_FN xk_acc xk_identity(void)
{
    xk_acc a;
    for (int i = 0; i < 10; i++)
        a.part[i] = 0;
    a.part[2] = (xk_t)-1000;
    a.part[3] = (xk_t)1000;
    return a;
}

XK_FN xk_acc xk_lift(xk_t x)
{
    xk_acc a;
    a.part[0] = x;
    a.part[1] = x > -8 && x < 8 ? x * x : 0;
    a.part[2] = x;
    a.part[3] = x;
    a.part[4] = 1;
    a.part[5] = x == 0;
    a.part[6] = x < 0;
    a.part[7] = x > 5;
    a.part[8] = x > 10;
    a.part[9] = x < -10 ? -x : 0;
    return a;
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    xk_acc both;
    for (int i = 0; i < 10; i++)
        both.part[i] = a.part[i] + b.part[i];
    both.part[2] = a.part[2] > b.part[2] ? a.part[2] : b.part[2];
    both.part[3] = a.part[3] < b.part[3] ? a.part[3] : b.part[3];
    return both;
}

XK_FN xk_r xk_finish(xk_acc a, xk_t n)
{
    return a.part[0] + a.part[1] + a.part[2] * 3 - a.part[3] * 5 + (a.part[4] - n) * 7 + a.part[5] * 11 +
           a.part[6] * 13 + a.part[7] * 17 + a.part[8] * 19 + a.part[9];
}
#endif
