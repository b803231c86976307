#include "operator.h"
#include "pad.h"

static expops_status draft(expops_draft *d)
{
    return expops_pad_draft(d, 3, EXPOPS_PAD_FREE);
}

OPERATOR(replication_pad3d) = {
    .name = "replication_pad3d",
    .doc = "self with its last three dimensions continued by its ends. Negative padding cuts off.",
    .source = "torch.ops.aten.replication_pad3d",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | INTEGRAL | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("padding", .doc = "left, right, top, bottom, front, back.") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 2, 5, 4, 3 }, .count = 4 }, { .usual = { 1, 2, 2, 1, 0, 1 }, .count = 6 } },
};

#ifdef XK
#include "replication.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
#include "replication.reference.h"
#endif
