#include "operator.h"
#include "mover.h"
#include "pad.h"

extern const expops_operator expops_operator_fill;

/* One element, for all that lies outside of self. */
static expops_status fill_one(expops_draft *d, expops_view *outside)
{
    EXPOPS_TRY(expops_draft_temporary(d, d->tensor->dtype, 0, d->tensor->shape, outside));
    expops_leaf_argument(expops_draft_leaf_of_output(d, &expops_operator_fill, EXPOPS_FAMILY_POINTWISE, outside), 2);
    return EXPOPS_OK;
}

static int is_zero(const expops_value *value)
{
    const double zero = 0;
    return value->kind == EXPOPS_VALUE_NONE || (value->kind == EXPOPS_VALUE_INT && !value->as.integer) ||
           (value->kind == EXPOPS_VALUE_REAL && !memcmp(&value->as.real, &zero, sizeof zero));
}

static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor;
    const uint32_t count = d->args[1].count;
    expops_view outside;
    expops_leaf *leaf;
    if (count % 2 || count / 2 > (uint32_t)self->ndim)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "pad has %u entries; expected is an even number, at most %d",
                           count, 2 * self->ndim);
    if (!count)
        return expops_draft_copy_of(d, &expops_operator_detach, self);
    const int zero = is_zero(d->args + 2);
    if (!zero)
        EXPOPS_TRY(fill_one(d, &outside));
    EXPOPS_TRY(expops_pad_window(d, self, d->args[1].as.integers, (int32_t)count / 2, EXPOPS_PAD_FILLED, &leaf));
    if (!zero)
        expops_leaf_view(leaf, &outside);
    return EXPOPS_OK;
}

OPERATOR(constant_pad_nd) = {
    .name = "constant_pad_nd",
    .doc = "self with its last dimensions continued by a number. Negative padding cuts off.",
    .source = "torch.constant_pad_nd",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("pad", .doc = "Two for each dimension, the last dimension's first."),
                    NUMBER("value", .meets = EXPOPS_MEETS_COMMON, .drafted = 1, DEFAULT(0)) },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 2, 5, 4 }, .count = 3 }, { .usual = { 1, 2, 2, 1 }, .count = 4 }, { 1, 9 } },
};

#ifdef XK
WINDOW
{
    const xk_index i = at[d] - XK_V(d);
    return i >= 0 && i < XK_IN(d) ? xk_one(i) : xk_none();
}
#endif

#ifdef EXPOPS_REFERENCE
#include "padded.reference.h"

static int64_t padded_place(int64_t at, int64_t size, int64_t before, int64_t after)
{
    const int64_t place = at - before;
    return place < 0 || place >= size ? -1 : place;
}
#endif
