#include "operator.h"
#include "view.h"

/* The walked dimensions are the last ones, of exactly the given sizes. */
static expops_status rows(const expops_operator *op, const expops_value *args, const expops_view *self, uint8_t *walked,
                          int *keepdim)
{
    return expops_view_last_dims(self, args[1].as.integers, args[1].count, walked);
}

OPERATOR(rms_norm) = {
    .name = "rms_norm",
    .doc = "input / sqrt(mean(input^2) + eps) * weight, the mean over the last dimensions, whose sizes are "
           "normalized_shape.",
    .source = "torch.nn.functional.rms_norm",
    .family = EXPOPS_FAMILY_MAP,
    .dtypes = FLOATING,
    .promotion = EXPOPS_PROMOTE_SELF,
    .parameters = { TENSOR("input"), INTS("normalized_shape", .doc = "Sizes of the dimensions a row consists of."),
                    TENSOR("weight", .walked = 1, DEFAULT(1), .dtypes = FLOATING | INTEGRAL | BOOLEAN,
                           .meets = EXPOPS_MEETS_EXACT, .doc = "Of shape normalized_shape; absent means ones."),
                    NUMBER("eps", .optional = 1, .epsilon = 1, .meets = EXPOPS_MEETS_EXACT,
                           .doc = "Absent means the machine epsilon of the arithmetic: f32, for f64 f64.") },
    .rows = rows,
    .samples = { { -10, 10 }, { 0, 0 }, { 0.5, 2 } },
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
    return xk_rsqrt(a / n + eps);
}

XK_FN xk_r xk_map(xk_t x, xk_t weight, xk_acc scale)
{
    return x * scale * weight;
}
#endif

#ifdef EXPOPS_REFERENCE
ROW_REFERENCE
{
    long double sum = 0;
    for (int64_t i = 0; i < r->n; i++)
        sum += r->x[i] * r->x[i];
    const long double scale = 1 / sqrtl(sum / r->n + r->numbers[0]);
    for (int64_t i = 0; i < r->n; i++)
        r->out[i] = r->x[i] * scale * (r->weight ? r->weight[i] : 1);
}
#endif
