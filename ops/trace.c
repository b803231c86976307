#include "draft/draft.h"
#include "operator.h"

extern const expops_operator expops_operator_sum;

/* The sum of the diagonal, which is a view. */
static expops_status draft(expops_draft *d)
{
    static const uint8_t walked[EXPOPS_MAX_RANK] = { 1 };
    const expops_view *self = d->tensor;
    expops_view diagonal = *self, out;
    if (self->ndim != 2)
        return expops_fail(EXPOPS_ERR_SHAPE, "self has %d dimensions; a matrix was expected", self->ndim);
    diagonal.ndim = 1;
    diagonal.shape[0] = self->shape[0] < self->shape[1] ? self->shape[0] : self->shape[1];
    diagonal.strides[0] = self->strides[0] + self->strides[1];
    EXPOPS_TRY(expops_draft_reduced(d, &diagonal, walked, 0, 1, &out));
    expops_leaf_argument_as(expops_draft_reduce(d, &expops_operator_sum, &diagonal, walked, &out, 0), 0, &diagonal);
    return EXPOPS_OK;
}

OPERATOR(trace) = {
    .name = "trace",
    .doc = "The sum of a matrix's diagonal; integers are summed as i64.",
    .source = "torch.trace",
    .dtypes = FLOATING | INTEGRAL | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_LONG,
    .not_in_place = 1,
    .parameters = { TENSOR("self") },
    .draft = draft,
    .samples = { { 0, 100 } },
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.5, .bf16 = 0.5, .by_terms = 1 }, /* the sum's */
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const expops_move_argument *self = m->argument;
    expops_element sum = move_zero();
    for (int64_t i = 0; i < self->shape[0] && i < self->shape[1]; i++) {
        const expops_element one = move_element(m, 0, (int64_t[]){ i, i });
        sum.re += one.re;
        sum.im += one.im;
    }
    return sum;
}
#endif
