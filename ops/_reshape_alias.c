#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view view = d->tensor[0];
    EXPOPS_TRY(expops_view_strided(&view, d->args + 1, d->args + 2, 0));
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(_reshape_alias) = {
    .name = "_reshape_alias",
    .doc = "The elements of self's memory with the shape size and the strides stride. What self does not reach is "
           "refused.",
    .source = "torch.ops.aten._reshape_alias",
    .copy = "_reshape_alias_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("size"), INTS("stride", .doc = "In elements; not negative.") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 4, 6 }, .count = 2 },
                 { .ints = EXPOPS_SAMPLES_SHAPE, .usual = { 6, 4 }, .count = 2 },
                 { .ints = EXPOPS_SAMPLES_STRIDES, .usual = { 1, 6 }, .count = 2 } },
};

#ifdef EXPOPS_REFERENCE
#include "strided.reference.h"

MOVE_REFERENCE
{
    return m->read(m->argument, strided_distance(m, 2, at));
}
#endif
