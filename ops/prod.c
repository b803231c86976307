#include "named.h"
#include "operator.h"

static expops_status draft(expops_draft *d)
{
    const uint32_t count = d->args[1].kind != EXPOPS_VALUE_NONE;
    EXPOPS_TRY(expops_named_first(d, 3));
    return expops_draft_reduction(d, &d->args[1].as.integer, count, d->args[2].as.integer != 0, 1);
}

OPERATOR(prod) = {
    .name = "prod",
    .doc = "The product over dimension dim, over all where it is left out; integers and bool are multiplied as i64.",
    .source = "torch.prod",
    .family = EXPOPS_FAMILY_REDUCE,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .arithmetic = EXPOPS_ARITHMETIC_LONG,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INT("dim", .optional = 1), BOOL("keepdim", DEFAULT(0)),
                    DTYPE("dtype", .doc = "What self is converted to first, and the result's; "
                                          "the output's where it is left out.") },
    .draft = draft,
    .samples = { { 0.5, 1.5 } },
    .bound = { .f32 = 0.5, .f64 = 0.5, .f16 = 0.5, .bf16 = 0.5 }, /* the last rounding; the reference says the others */
};

#ifdef XK
#if XK_C64 || XK_C128
#define XK_TIMES(a, b) xk_cmul(a, b)
#else
#define XK_TIMES(a, b) ((a) * (b))
#endif

typedef xk_t xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return xk_from_real(1);
}

XK_FN xk_acc xk_lift(xk_t x)
{
    return x;
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    return XK_TIMES(a, b);
}

XK_FN xk_r xk_finish(xk_acc a, xk_t n)
{
    return a;
}
#endif

#ifdef EXPOPS_REFERENCE
/* n elements are n - 1 products, each rounded once, whatever their order. Where a product of some of them leaves a type's range, the order
 * decides: PyTorch's own differs with the layout. */
ROW_REFERENCE
{
    long double large = 1, small = 1;
    r->out[0] = 1;
    for (int64_t i = 0; i < r->n; i++) {
        const long double size = fabsl(r->x[i]);
        r->out[0] *= r->x[i];
        *(size > 1 ? &large : &small) *= size != 0 && isfinite(size) ? size : 1;
    }
    r->error[0] = large < 0x1p120L && small > 0x1p-120L ? (r->n - 1) * fabsl(r->out[0]) : INFINITY;
}
#endif
