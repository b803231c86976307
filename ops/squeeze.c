#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    const int all = d->args[1].kind == EXPOPS_VALUE_NONE, none = !all && d->args[1].count == 0;
    uint8_t named[EXPOPS_MAX_RANK];
    expops_view view = *self;
    EXPOPS_TRY_SAYING(expops_view_dims(self, d->args[1].as.integers, all ? 0 : d->args[1].count, named),
                      "argument dim");
    view.ndim = 0;
    for (int32_t i = 0; i < self->ndim; i++)
        if (none || !named[i] || self->shape[i] != 1) {
            view.shape[view.ndim] = self->shape[i];
            view.strides[view.ndim++] = self->strides[i];
        }
    return expops_draft_view_of(d, &expops_operator_detach, &view);
}

OPERATOR(squeeze) = {
    .name = "squeeze",
    .doc = "self without its dimensions of size 1, or without those of them that dim names.",
    .source = "torch.squeeze",
    .copy = "squeeze_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"),
                    INTS("dim", .optional = 1, .drafted = 1, .doc = "Absent means all; an empty list none.") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    return move_numbered(m, 0, move_number(m->ndim, m->shape, at));
}
#endif
