#include "operator.h"
#include "pad.h"

static expops_status draft(expops_draft *d)
{
    return expops_pad_draft(d, 1, EXPOPS_PAD_MIRRORED);
}

OPERATOR(reflection_pad1d) = {
    .name = "reflection_pad1d",
    .doc = "self with its last dimension mirrored at its ends, which are not repeated. Negative padding cuts off.",
    .source = "torch.ops.aten.reflection_pad1d",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | INTEGRAL | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("padding", .doc = "left, right.") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 2, 5 }, .count = 2 }, { .usual = { 1, 2 }, .count = 2 } },
};

#ifdef XK
#include "reflection.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
#include "reflection.reference.h"
#endif
