#include "mover.h"
#include "operator.h"

/* A vector on a diagonal of zeros. */
static expops_status spread(expops_draft *d, int64_t offset)
{
    const expops_view *self = d->tensor;
    int64_t size, shape[2];
    expops_view out;
    if (offset == INT64_MIN || __builtin_add_overflow(self->shape[0], offset < 0 ? -offset : offset, &size))
        return expops_fail(EXPOPS_ERR_SHAPE, "argument diagonal makes the result larger than 64 bits count");
    shape[0] = shape[1] = size;
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, 2, shape, NULL, &out));
    expops_zeros(d, &out);
    EXPOPS_TRY(expops_view_diagonal(&out, offset, 0, 1));
    expops_leaf_argument(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &out), 0);
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    expops_view view = d->tensor[0];
    if (view.ndim == 1)
        return spread(d, d->args[1].as.integer);
    if (view.ndim != 2)
        return expops_fail(EXPOPS_ERR_SHAPE, "argument self has %d dimensions; expected 1 or 2", view.ndim);
    EXPOPS_TRY(expops_view_diagonal(&view, d->args[1].as.integer, 0, 1));
    return expops_draft_copy_of(d, &expops_operator_detach, &view);
}

OPERATOR(diag) = {
    .name = "diag",
    .doc = "A vector as the diagonal of a square matrix of zeros, or a matrix's diagonal.",
    .source = "torch.diag",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("diagonal", DEFAULT(0), .doc = "How far above the main one.") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
#include "diagonal.reference.h"

MOVE_REFERENCE
{
    const int64_t above = m->argument[1].integer;
    const int64_t place[] = { diagonal_row(above, at[0]), diagonal_column(above, at[0]) };
    if (m->argument->ndim == 2)
        return move_element(m, 0, place);
    return at[1] - at[0] == above ? move_element(m, 0, at + (above > 0 ? 0 : 1)) : move_zero();
}
#endif
