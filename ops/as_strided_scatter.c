#include "mover.h"
#include "operator.h"

/* Whether self has no gaps, and the result lies as it does. */
static int lies_alike(const expops_view *self, const expops_view *memory, const expops_view *out)
{
    for (int32_t i = 0; i < self->ndim; i++)
        if (self->shape[i] > 1 && self->strides[i] != out->strides[i])
            return 0;
    return expops_view_numel(self) == memory->shape[0] && !expops_view_overlaps_itself(self);
}

/* In a copy of the memory that self reaches, gaps between its elements included: src may lie there, too. Where there are none, the
 * result is that copy. */
static expops_status draft(expops_draft *d)
{
    const expops_view *self = d->tensor, *src = d->tensor + 1;
    expops_view memory = *self, copy, place = *self, as_self = *self, out;
    EXPOPS_TRY(expops_view_strided(&place, d->args + 2, d->args + 3, d->args[4].as.integer));
    EXPOPS_TRY_SAYING(expops_view_has_shape(src, place.ndim, place.shape), "argument src");
    if (expops_view_overlaps_itself(&place))
        return expops_fail(EXPOPS_ERR_OVERLAP, "arguments size and stride put several elements of src at one place");
    expops_view_memory(&memory);
    EXPOPS_TRY(expops_draft_like(d, 0, &out));
    const int direct = lies_alike(self, &memory, &out);
    if (direct) {
        copy = out;
        copy.offset -= self->offset - memory.offset;
        expops_leaf_argument(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &out), 0);
    } else {
        EXPOPS_TRY(expops_draft_temporary(d, self->dtype, 1, memory.shape, &copy));
        expops_leaf_argument_as(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &copy), 0,
                                &memory);
    }
    place.slot = as_self.slot = copy.slot;
    place.offset += copy.offset - memory.offset;
    as_self.offset += copy.offset - memory.offset;
    expops_leaf_view(expops_draft_leaf_of_output(d, &expops_operator_copy, EXPOPS_FAMILY_POINTWISE, &place), src);
    if (!direct)
        expops_leaf_view(expops_draft_leaf(d, &expops_operator_detach, EXPOPS_FAMILY_POINTWISE, &out), &as_self);
    return EXPOPS_OK;
}

OPERATOR(as_strided_scatter) = {
    .name = "as_strided_scatter",
    .doc = "A copy of self in whose memory src lies with the shape size and the strides stride, from storage_offset "
           "on. What self does not reach is refused.",
    .source = "torch.as_strided_scatter",
    .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX,
    .meet = EXPOPS_MEET_FIRST,
    .arithmetic = EXPOPS_ARITHMETIC_BITS,
    .not_in_place = 1,
    .parameters = { TENSOR("self"),
                    TENSOR("src", .dtypes = FLOATING | WHOLE | BOOLEAN | COMPLEX, .doc = "Converted to self's type."),
                    INTS("size"), INTS("stride", .doc = "In elements; not negative."),
                    INT("storage_offset", DEFAULT(0), .doc = "In elements, from self's first.") },
    .draft = draft,
    .samples = { { -100, 100, .usual = { 4, 6 }, .count = 2 },
                 { -100, 100, .usual = { 3, 2 }, .count = 2 },
                 { .ints = EXPOPS_SAMPLES_SHAPE, .usual = { 3, 2 }, .count = 2 },
                 { .ints = EXPOPS_SAMPLES_STRIDES, .usual = { 7, 2 }, .count = 2 } },
};

#ifdef EXPOPS_REFERENCE
#include "strided.reference.h"

/* The element of src that lies where self's does, if there is one. */
MOVE_REFERENCE
{
    const expops_move_argument *self = m->argument, *src = m->argument + 1;
    int64_t distance = -m->argument[4].integer, place[MOVE_RANK];
    for (int32_t i = 0; i < self->ndim; i++)
        distance += at[i] * self->strides[i];
    const int64_t count = move_count(src->ndim, src->shape);
    for (int64_t number = 0; number < count; number++) {
        move_place(src->ndim, src->shape, number, place);
        if (strided_distance(m, 3, place) == distance)
            return move_element(m, 1, place);
    }
    return move_element(m, 0, at);
}
#endif
