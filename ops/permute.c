#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view view = d->tensor[0];
    EXPOPS_TRY(expops_view_permute(&view, d->args[1].as.integers, d->args[1].count));
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(permute) = {
    .name = "permute",
    .doc = "self with its dimensions in the order dims.",
    .source = "torch.permute",
    .copy = "permute_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("dims", .doc = "A permutation; negative counts from the last.") },
    .draft = draft,
    .samples = { { -100, 100 }, { .ints = EXPOPS_SAMPLES_ORDER } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    int64_t place[MOVE_RANK];
    for (int32_t i = 0; i < m->ndim; i++)
        place[move_wrapped(m->argument[1].list[i], m->ndim)] = at[i];
    return move_element(m, 0, place);
}
#endif
