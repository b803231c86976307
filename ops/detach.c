#include "mover.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    return expops_draft_view_of(d, &expops_operator_detach, d->tensor);
}

OPERATOR(detach) = {
    .name = "detach",
    .doc = "self, as it is.",
    .source = "torch.ops.aten.detach",
    .aliases = { "alias", "alias_copy", "lift", "lift_fresh", "lift_fresh_copy" },
    .copy = "detach_copy",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self") },
    .draft = draft,
    .samples = { { -100, 100 } },
};

#ifdef XK
KERNEL(xk_t self)
{
    return self;
}
#endif

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    return move_element(m, 0, at);
}
#endif
