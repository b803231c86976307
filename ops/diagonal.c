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

#ifdef EXPOPS_REFERENCE
#include "diagonal.reference.h"

MOVE_REFERENCE
{
    const int32_t ndim = m->argument->ndim;
    const int64_t dim1 = move_wrapped(m->argument[2].integer, ndim);
    const int64_t dim2 = move_wrapped(m->argument[3].integer, ndim);
    int64_t place[MOVE_RANK];
    for (int32_t i = 0, from = 0; i < ndim; i++)
        if (i == dim1)
            place[i] = diagonal_row(m->argument[1].integer, at[m->ndim - 1]);
        else
            place[i] = i == dim2 ? diagonal_column(m->argument[1].integer, at[m->ndim - 1]) : at[from++];
    return move_element(m, 0, place);
}
#endif
