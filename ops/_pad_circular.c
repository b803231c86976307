#include "operator.h"
#include "mover.h"
#include "pad.h"

/* Negative padding cuts off first; what is left comes again. */
static expops_status cut(expops_view *self, const int64_t *pad, uint32_t count, int64_t *positive)
{
    for (uint32_t i = 0; i < count; i++) {
        const int32_t dim = self->ndim - 1 - (int32_t)i / 2;
        const int64_t off = pad[i] < 0 ? pad[i] : 0;
        if (self->shape[dim] + off < 0)
            return expops_fail(EXPOPS_ERR_SHAPE, "padding by %lld leaves nothing of dimension %d of self",
                               (long long)pad[i], dim);
        self->shape[dim] += off;
        self->offset -= i % 2 ? 0 : off * self->strides[dim];
        positive[i] = pad[i] < 0 ? 0 : pad[i];
    }
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    const uint32_t count = d->args[1].count;
    int64_t positive[2 * EXPOPS_MAX_RANK];
    expops_view self = d->tensor[0];
    expops_leaf *leaf;
    const int32_t kept = self.ndim - (int32_t)count / 2;
    if (count % 2 || (kept != 1 && kept != 2))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "pad has %u entries; expected are two for each of self's %d dimensions "
                           "but the first, or the first two",
                           count, self.ndim);
    if (!count)
        return expops_draft_copy_of(d, &expops_operator_detach, &self);
    EXPOPS_TRY(cut(&self, d->args[1].as.integers, count, positive));
    return expops_pad_window(d, &self, positive, (int32_t)count / 2, EXPOPS_PAD_WRAPPED, &leaf);
}

OPERATOR(_pad_circular) = {
    .name = "_pad_circular",
    .doc = "self with all dimensions but the first, or the first two, continued as if self came again. Negative "
           "padding cuts off first.",
    .source = "torch.ops.aten._pad_circular",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("pad", .doc = "Two for each dimension, the last dimension's first.") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 2, 3, 5, 4 }, .count = 4 }, { .usual = { 1, 2, 2, 1 }, .count = 4 } },
};

#ifdef XK
WINDOW
{
    const xk_index n = XK_IN(d), i = at[d] - XK_V(d);
    return xk_one(i < 0 ? i + n : i < n ? i : i - n);
}
#endif

#ifdef EXPOPS_REFERENCE
#include "padded.reference.h"

/* What negative padding leaves, again and again. */
static int64_t padded_place(int64_t at, int64_t size, int64_t before, int64_t after)
{
    const int64_t first = before < 0 ? -before : 0, left = size - first + (after < 0 ? after : 0);
    const int64_t place = at - (before > 0 ? before : 0);
    return first + (place % left + left) % left;
}
#endif
