#include "operator.h"
#include "pool.h"

static expops_status draft(expops_draft *d)
{
    return expops_pool_draft(d, 2, 1);
}

OPERATOR(_adaptive_avg_pool2d) = {
    .name = "_adaptive_avg_pool2d",
    .doc = "The means of output_size boxes that cover the last 2 dimensions of self.",
    .source = "torch.ops.aten._adaptive_avg_pool2d",
    .aliases = { "adaptive_avg_pool2d" },
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING,
    .meet = EXPOPS_MEET_FIRST,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("output_size") },
    .draft = draft,
    .samples = { { -10, 10, .usual = { 2, 5, 4 }, .count = 3 }, { .usual = { 2, 3 }, .count = 2 } },
    .bound = { .f32 = 8, .f64 = 8, .f16 = 1, .bf16 = 1, .by_terms = 1 }, /* terms that cancel */
};

#ifdef XK
#include "mean_of_boxes.kernel.h"
#endif
