#include "draft/draft.h"
#include "operator.h"

/* A row of the matrix for each element of the result; the vector is the same for all. */
static expops_status draft(expops_draft *d)
{
    static const uint8_t walked[EXPOPS_MAX_RANK] = { 0, 1 };
    const expops_view *self = d->tensor, *vec = d->tensor + 1;
    expops_view out;
    if (self->ndim != 2 || vec->ndim != 1)
        return expops_fail(EXPOPS_ERR_SHAPE,
                           "self and vec have %d and %d dimensions; a matrix and a vector were expected", self->ndim,
                           vec->ndim);
    EXPOPS_TRY_SAYING(expops_view_has_shape(vec, 1, self->shape + 1), "argument vec");
    EXPOPS_TRY(expops_draft_reduced(d, self, walked, 0, 1, &out));
    expops_leaf *leaf = expops_draft_reduce(d, d->op, self, walked, &out, 0);
    expops_leaf_argument(leaf, 0);
    expops_leaf_argument(leaf, 1);
    return EXPOPS_OK;
}

OPERATOR(mv) = {
    .name = "mv",
    .doc = "The product of a matrix and a vector.",
    .source = "torch.mv",
    .family = EXPOPS_FAMILY_REDUCE,
    .dtypes = FLOATING | INTEGRAL | COMPLEX,
    .meet = EXPOPS_MEET_SAME,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), TENSOR("vec") },
    .draft = draft,
    .samples = { { 0, 10 }, { 0, 10, .row = 1 } },
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.5, .bf16 = 0.5 }, /* the last rounding; the reference says the others */
};

#ifdef XK
#if XK_C64 || XK_C128
#define XK_PLUS(a, b) xk_cadd(a, b)
#define XK_TIMES(a, b) xk_cmul(a, b)
#else
#define XK_PLUS(a, b) ((a) + (b))
#define XK_TIMES(a, b) ((a) * (b))
#endif

#if XK_AT_HAND
#define XK_PRODUCT 1 /* so that rows may share what is read of the vector */
#endif
typedef xk_t xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return xk_from_real(0);
}

XK_FN xk_acc xk_lift(xk_t self, xk_t vec)
{
    return XK_TIMES(self, vec);
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    return XK_PLUS(a, b);
}

XK_FN xk_r xk_finish(xk_acc a, xk_t n)
{
    return a;
}
#endif

#ifdef EXPOPS_REFERENCE
/* The sum's levels, and each product's rounding. */
ROW_REFERENCE
{
    r->out[0] = 0;
    for (int64_t i = 0; i < r->n; i++) {
        r->out[0] += r->x[i] * r->weight[i];
        r->error[0] += (test_levels(r->n) + 1) * fabsl(r->x[i] * r->weight[i]);
    }
}
#endif
