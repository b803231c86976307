#include "operator.h"
#include "mover.h"
#include "shift.h"

static int64_t modulo(int64_t a, int64_t n)
{
    return n ? (a % n + n) % n : 0;
}

/* `count` elements of `from`, from `first` on, to `to` from `at` on. */
static void move(expops_draft *d, expops_view from, int64_t first, expops_view to, int64_t at, int64_t count)
{
    from.shape[0] = to.shape[0] = count;
    from.offset += first * from.strides[0];
    to.offset += at * to.strides[0];
    expops_leaf_view(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &to), &from);
}

static void roll_row(expops_draft *d, const expops_view *from, const expops_view *to, int64_t by)
{
    const int64_t kept = from->shape[0] - by;
    move(d, *from, 0, *to, by, kept);
    if (by)
        move(d, *from, kept, *to, 0, by);
}

/* Without dims self is rolled as one row of all elements. */
static expops_status roll_flat(expops_draft *d, const expops_view *self, const expops_view *out)
{
    const int64_t elements = expops_view_numel(self);
    expops_view from = *self, to = *out;
    const int64_t by = modulo(d->args[1].as.integers[0], elements);
    EXPOPS_TRY(expops_flatten(d, &from));
    if (expops_view_reshape(&to, 1, &elements)) {
        roll_row(d, &from, &to, by);
        return EXPOPS_OK;
    }
    EXPOPS_TRY(expops_draft_temporary(d, from.dtype, 1, &elements, &to)); /* a strided output */
    roll_row(d, &from, &to, by);
    expops_view_reshape(&to, out->ndim, out->shape);
    expops_draft_then(d, &expops_operator_copy, out, &to);
    return EXPOPS_OK;
}

static expops_status draft(expops_draft *d)
{
    const expops_value *shifts = d->args + 1, *dims = d->args + 2;
    const expops_view *self = d->tensor;
    uint8_t walked[EXPOPS_MAX_RANK] = { 0 };
    int64_t by[EXPOPS_MAX_RANK] = { 0 };
    expops_view out;
    if (!shifts->count || (dims->count && dims->count != shifts->count) || (!dims->count && shifts->count != 1))
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT,
                           "%u shifts for %u dims; expected is one for each, or one and no dims", shifts->count,
                           dims->count);
    if (!self->ndim && dims->count)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "argument dims names dimension %lld; self has none",
                           (long long)dims->as.integers[0]);
    EXPOPS_TRY(expops_draft_result(d, 0, d->result, self->ndim, self->shape, NULL, &out));
    if (!dims->count)
        return roll_flat(d, self, &out);
    for (uint32_t i = 0; i < dims->count; i++) {
        int32_t dim;
        EXPOPS_TRY_SAYING(expops_view_dim(self->ndim, dims->as.integers[i], &dim), "argument dims");
        walked[dim] = 1;
        by[dim] = modulo(by[dim] + modulo(shifts->as.integers[i], self->shape[dim]), self->shape[dim]);
    }
    return expops_shift(d, walked, by, self, &out);
}

OPERATOR(roll) = {
    .name = "roll",
    .doc = "self with dimension dims[i] pushed on by shifts[i]: what leaves at the end comes in at the start. Without "
           "dims all elements are one row.",
    .source = "torch.roll",
    .family = EXPOPS_FAMILY_WINDOW,
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"), INTS("shifts"), INTS("dims", .optional = 1) },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 5, 7 }, .count = 2 },
                 { .usual = { 3, 2 }, .count = 2 },
                 { .usual = { 0, 1 }, .count = 2 } },
};

#ifdef XK
#include "shift.kernel.h"
#endif

#ifdef EXPOPS_REFERENCE
MOVE_REFERENCE
{
    const expops_move_argument *shifts = m->argument + 1, *dims = m->argument + 2;
    const int64_t count = move_count(m->ndim, m->shape);
    int64_t place[MOVE_RANK];
    if (!dims->count)
        return move_numbered(m, 0,
                             ((move_number(m->ndim, m->shape, at) - shifts->list[0] % count) % count + count) % count);
    memcpy(place, at, sizeof(*at) * (size_t)m->ndim);
    for (int64_t i = 0; i < dims->count; i++) {
        const int64_t dim = move_wrapped(dims->list[i], m->ndim), size = m->shape[dim];
        place[dim] = ((place[dim] - shifts->list[i] % size) % size + size) % size;
    }
    return move_element(m, 0, place);
}
#endif
