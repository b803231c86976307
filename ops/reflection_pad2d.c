#include "operator.h"
#include "pad.h"

static expops_status draft(expops_draft *d)
{
    return expops_pad_draft(d, 2, EXPOPS_PAD_MIRRORED);
}

OPERATOR(reflection_pad2d) = {
    .name = "reflection_pad2d",
    .doc = "self with its last two dimensions mirrored at its ends, which are not repeated. Negative padding cuts off.",
    .source = "torch.ops.aten.reflection_pad2d",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | INTEGRAL | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("padding", .doc = "left, right, top, bottom.") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 2, 5, 4 }, .count = 3 }, { .usual = { 1, 2, 2, 1 }, .count = 4 } },
};

#ifdef XK
#include "reflection.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
#include "reflection.reference.h"
#endif
