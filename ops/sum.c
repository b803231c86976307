#include "named.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    EXPOPS_TRY(expops_named_first(d, 3));
    return expops_draft_reduction(d, d->args[1].as.integers, d->args[1].count, d->args[2].as.integer != 0, 1);
}

OPERATOR(sum) = {
    .name = "sum",
    .doc = "The sum over the dimensions dim, all of them where dim is empty; integers and bool are summed as i64.",
    .source = "torch.sum",
    .family = EXPOPS_FAMILY_REDUCE,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_LONG,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("dim", .optional = 1), BOOL("keepdim", DEFAULT(0)),
                    DTYPE("dtype", .doc = "What self is converted to first, and the result's; "
                                          "the output's where it is left out.") },
    .draft = draft,
    .samples = { { 0, 100 } },
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.5, .bf16 = 0.5 }, /* the last rounding; the reference says the others */
};

#ifdef XK
#include "added.kernel.h"

XK_FN xk_r xk_finish(xk_acc a, xk_t n)
{
    return a;
}
#endif

#ifdef EXPOPS_REFERENCE
ROW_REFERENCE
{
    r->out[0] = 0;
    for (int64_t i = 0; i < r->n; i++) {
        r->out[0] += r->x[i];
        r->error[0] += test_levels(r->n) * fabsl(r->x[i]);
    }
}
#endif
