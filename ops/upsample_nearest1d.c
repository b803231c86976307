#include "operator.h"
#include "upsample.h"

static expops_status draft(expops_draft *d)
{
    return expops_upsample_draft(d, 1, 0);
}

OPERATOR(upsample_nearest1d) = {
    .name = "upsample_nearest1d",
    .doc = "Each element of a result of size output_size is the one of self nearest to its corner; the scale factors, "
           "where given, say where that is.",
    .source = "torch.ops.aten.upsample_nearest1d",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | 1u << EXPOPS_DTYPE_U8,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("output_size"),
                    NUMBER("scales", .optional = 1, .drafted = 1, .meets = EXPOPS_MEETS_EXACT) },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 1, 2, 4 }, .count = 3 }, { .usual = { 7 }, .count = 1 } },
};

#ifdef XK
#define SHIFT 0.0f
#include "nearest.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
#include "upsampled.reference.h"

MOVE_REFERENCE
{
    return upsampled(m, at, 0, 0);
}
#endif
