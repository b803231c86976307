#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view view = d->tensor[0];
    EXPOPS_TRY(expops_view_diagonal(&view, d->args[1].as.integer, d->args[2].as.integer, d->args[3].as.integer));
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(diagonal) = {
    .name = "diagonal",
    .doc = "The elements of self whose index in dim2 exceeds that in dim1 by offset; they become the last dimension.",
    .source = "torch.diagonal",
    .copy = "diagonal_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("offset", DEFAULT(0)), INT("dim1", DEFAULT(0)), INT("dim2", DEFAULT(1)) },
    .draft = draft,
    .samples = { { -100, 100 } },
};
