#include "operator.h"
#include "view.h"

/* Which dimensions a row walks: all of them where dim is empty. */
static expops_status rows(const expops_operator *op, const expops_value *args, const expops_view *self, uint8_t *walked,
                          int *keepdim)
{
    return expops_view_dims(self, args[1].as.integers, args[1].count, walked);
}

OPERATOR(NAME) = {
    .name = "NAME",
    .doc = "self / sqrt(sum(self^2) + eps), the sum over the dimensions dim, all of them where dim is empty.",
    .source = "NAME",
    .family = EXPOPS_FAMILY_MAP,
    .dtypes = FLOATING,
    .promotion = EXPOPS_PROMOTE_SELF,
    .parameters = { TENSOR("self"), INTS("dim", .optional = 1), NUMBER("eps", DEFAULT(1e-6)) },
    .rows = rows,
    .samples = { { -10, 10 } },
    .bound = { .f32 = 8, .f64 = 16, .f16 = 1, .bf16 = 1 },
};

#ifdef XK
typedef xk_t xk_acc;

XK_FN xk_acc xk_identity(void)
{
    return 0;
}

XK_FN xk_acc xk_lift(xk_t x)
{
    return x * x;
}

XK_FN xk_acc xk_combine(xk_acc a, xk_acc b)
{
    return a + b;
}

XK_FN xk_acc xk_settle(xk_acc a, xk_t n, xk_t eps)
{
    return xk_rsqrt(a + eps);
}

XK_FN xk_r xk_map(xk_t x, xk_acc scale)
{
    return x * scale;
}
#endif

#ifdef EXPOPS_REFERENCE
ROW_REFERENCE
{
    long double sum = 0;
    for (int64_t i = 0; i < r->n; i++)
        sum += r->x[i] * r->x[i];
    for (int64_t i = 0; i < r->n; i++)
        r->out[i] = r->x[i] / sqrtl(sum + r->numbers[0]);
}
#endif
