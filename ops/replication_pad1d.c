#include "operator.h"
#include "pad.h"

static expops_status draft(expops_draft *d)
{
    return expops_pad_draft(d, 1, EXPOPS_PAD_FREE);
}

OPERATOR(replication_pad1d) = {
    .name = "replication_pad1d",
    .doc = "self with its last dimension continued by its ends. Negative padding cuts off.",
    .source = "torch.ops.aten.replication_pad1d",
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
#include "replication.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
#include "replication.reference.h"
#endif
