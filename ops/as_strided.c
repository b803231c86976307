#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    expops_view view = d->tensor[0];
    EXPOPS_TRY(expops_view_strided(&view, d->args + 1, d->args + 2, d->args[3].as.integer));
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(as_strided) = {
    .name = "as_strided",
    .doc = "The elements of self's memory with the shape size and the strides stride, from storage_offset on. self's "
           "first element counts as the memory's first, and what self does not reach is refused.",
    .source = "torch.as_strided",
    .copy = "as_strided_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("size"), INTS("stride", .doc = "In elements; not negative."),
                    INT("storage_offset", DEFAULT(0), .doc = "In elements, from self's first.") },
    .draft = draft,
    .samples = { { -100, 100 }, { .ints = EXPOPS_SAMPLES_SHAPE }, { .ints = EXPOPS_SAMPLES_STRIDES } },
};

#ifdef EXPOPS_REFERENCE
#include "strided.reference.h"

MOVE_REFERENCE
{
    return m->read(m->argument, m->argument[3].integer + strided_distance(m, 2, at));
}
#endif
