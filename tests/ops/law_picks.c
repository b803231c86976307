/* Operators that read places which elements name, and that select by a mask: by their definitions, over sizes of several tiles and
 * layouts that are odd, with indices that are out of range. */
#include <stdlib.h>
#include <string.h>

#include "cases.h"

/* Where in self an element of the output comes from; -1: it is 0. */
typedef int64_t origin(const test_call *call, const int64_t *place, int64_t index);

static int64_t place_of(const test_array *array, const int64_t *place)
{
    int64_t at = 0;
    for (int32_t d = 0; d < array->ndim; d++)
        at = at * array->shape[d] + place[d];
    return at;
}

/* Without branches of kernels: a place in row-major order. */
static int64_t take_origin(const test_call *call, const int64_t *place, int64_t index)
{
    const int64_t n = test_array_numel(&call->arrays[0]);
    return index < -n || index >= n ? -1 : (index + n) % n;
}

static int64_t along_origin(const test_call *call, const int64_t *place, int64_t index)
{
    int64_t at[EXPOPS_MAX_RANK];
    const int64_t dim = call->args[1].as.integer;
    memcpy(at, place, sizeof(at));
    at[dim] = index;
    return index < 0 || index >= call->arrays[0].shape[dim] ? -1 : place_of(&call->arrays[0], at);
}

typedef struct pick_case {
    int32_t ndim;
    int64_t shape[4];
    int64_t dim;
    int32_t index_ndim;
    int64_t index_shape[4];
    int aligned; /* the output, not the input: rows are picked by whole vectors from anywhere */
} pick_case;

static const pick_case takes[] = {
    /* up to one without dimensions */
    { 2, { 7, 11 }, 0, 2, { 9, 31 } },
    { 4, { 3, 5, 2, 4 }, 0, 1, { 1000 } },
    { 1, { 300 }, 0, 3, { 5, 1, 129 } },
    { 0 },
};
static const pick_case gathers[] = {
    { 3, { 6, 9, 40 }, 0, 3, { 5, 9, 33 } },
    { 3, { 6, 9, 40 }, 2, 3, { 6, 7, 70 } },
    { 2, { 5, 130 }, 1, 2, { 5, 260 } },
    { 0 },
};
static const pick_case selections[] = {
    { 3, { 6, 9, 40 }, 0, 1, { 13 } },
    { 3, { 6, 9, 40 }, 2, 1, { 77 } },
    { 1, { 300 }, 0, 1, { 1100 } },
    { 2, { 11, 1028 }, 0, 1, { 37 }, .aligned = 1 },
    { 0 },
};

static size_t index_argument(const test_call *call)
{
    return strcmp(call->op->name, "take") == 0 ? 1 : 2;
}

/* Indices somewhat beyond both ends, and some that 32 bits cannot hold. */
static void draw_indices(test_subject *subject, test_array *index, int64_t size)
{
    for (int64_t k = 0; k < test_array_numel(index); k++) {
        const uint64_t kind = test_random_below(&subject->random, 40);
        int64_t value = (int64_t)test_random_below(&subject->random, 2 * (uint64_t)size + 9) - size - 4;
        value = kind > 8 ? value < 0 ? -value % size : value % size : value;
        if (kind == 0 && index->dtype == EXPOPS_DTYPE_I64)
            value += (int64_t)1 << 32;
        test_array_set(index, test_array_index(index, index->ndim, index->shape, k), (test_value){ value, 0 });
    }
}

static void draw_elements(test_subject *subject, test_array *array)
{
    for (int64_t k = 0; k < test_array_numel(array); k++)
        test_array_set(array, test_array_index(array, array->ndim, array->shape, k),
                       test_random_element(&subject->random, array->dtype, -100, 100));
}

static int make_pick(test_subject *subject, test_call *call, const pick_case *c, enum test_layout layout)
{
    const size_t index = index_argument(call);
    const int by_int = strcmp(call->op->name, "index_select") == 0 && layout & 1;
    int ok = test_call_tensor(call, 0, subject->dtype, c->ndim, c->shape, layout, 1) &&
             test_call_tensor(call, index, by_int ? EXPOPS_DTYPE_I32 : EXPOPS_DTYPE_I64, c->index_ndim, c->index_shape,
                              layout == TEST_EXPANDED ? TEST_COMPACT : layout, 0);
    if (!ok)
        return 0;
    draw_elements(subject, &call->arrays[0]);
    draw_indices(subject, &call->arrays[index], index == 1 ? test_array_numel(&call->arrays[0]) : c->shape[c->dim]);
    if (index == 2)
        call->args[1] = expops_int(c->dim);
    return test_call_infer(call) == 0 &&
           test_call_output(call, subject->dtype, layout == TEST_EXPANDED ? TEST_COMPACT : layout, !c->aligned);
}

/* Element `position` of the output as the definition says. */
static test_value picked(const test_call *call, origin *find, int64_t position)
{
    const test_array *self = &call->arrays[0], *index = &call->arrays[index_argument(call)];
    int64_t place[EXPOPS_MAX_RANK], rest = position;
    for (int32_t d = call->out.ndim - 1; d >= 0; rest /= call->out.shape[d], d--)
        place[d] = rest % call->out.shape[d];
    const int select = strcmp(call->op->name, "index_select") == 0;
    const int64_t at = select ? place[call->args[1].as.integer] : position;
    const long double value = test_array_get(index, test_array_index(index, index->ndim, index->shape, at)).re;
    const int64_t from = find(call, place, (int64_t)value);
    return from < 0 ? (test_value){ 0, 0 }
                    : test_array_get(self, test_array_index(self, self->ndim, self->shape, from));
}

static int judge(test_call *call, int64_t position, test_value expected)
{
    const test_value actual = test_image_get(&call->out, call->image,
                                             test_array_index(&call->out, call->out.ndim, call->out.shape, position));
    if (actual.re == expected.re && actual.im == expected.im)
        return 0;
    return test_report(call, "element %lld is %Lg; expected %Lg", (long long)position, actual.re, expected.re);
}

static int run_pick(test_subject *subject, const pick_case *c, origin *find, enum test_layout layout)
{
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "elements that an index names");
    if (!make_pick(subject, &call, c, layout)) {
        const int failures = test_report(&call, "the call cannot be made");
        test_call_end(&call);
        return failures;
    }
    int failures = test_call_run(&call);
    for (int64_t k = 0; !failures && k < test_array_numel(&call.out); k++)
        failures += judge(&call, k, picked(&call, find, k));
    test_call_end(&call);
    return failures > 0 ? failures : 0;
}

int test_picks(const expops_operator *op, expops_dtype dtype)
{
    return strcmp(op->name, "take") == 0 || strcmp(op->name, "gather") == 0 || strcmp(op->name, "index_select") == 0;
}

int test_run_picks(test_subject *subject)
{
    const char first = subject->op->name[0];
    const pick_case *cases = first == 't' ? takes : first == 'g' ? gathers : selections;
    int failures = 0;
    for (size_t i = 0; cases[i].ndim; i++)
        for (int layout = 0; layout < TEST_LAYOUT_COUNT && failures < 5; layout++)
            failures +=
                run_pick(subject, cases + i, first == 't' ? take_origin : along_origin, (enum test_layout)layout);
    return failures;
}

/* --- selections --- */

int test_selects(const expops_operator *op, expops_dtype dtype)
{
    return strcmp(op->name, "masked_select") == 0 || strcmp(op->name, "masked_scatter") == 0;
}

/* One of `one_in` is true. */
static void draw_mask(test_subject *subject, test_array *mask, uint64_t one_in)
{
    for (int64_t k = 0; k < test_array_numel(mask); k++)
        test_array_set(mask, test_array_index(mask, mask->ndim, mask->shape, k),
                       (test_value){ test_random_below(&subject->random, one_in) == 0, 0 });
}

static test_value at(const test_array *array, const test_call *call, int32_t ndim, const int64_t *shape,
                     int64_t position)
{
    return test_array_get(array, test_array_index(array, ndim, shape, position));
}

/* Walks self and mask, broadcast, in order; every output's element is looked at once. */
static int judge_selection(test_call *call, int32_t ndim, const int64_t *shape, int scatter)
{
    const test_array *self = &call->arrays[0], *mask = &call->arrays[1], *source = &call->arrays[2];
    const int64_t room = test_array_numel(scatter ? source : &call->out);
    int64_t numel = 1, count = 0;
    int failures = 0;
    for (int32_t d = 0; d < ndim; d++)
        numel *= shape[d];
    for (int64_t k = 0; k < numel && failures < 5; k++) {
        const int is = at(mask, call, ndim, shape, k).re != 0;
        const test_value zero = { 0, 0 }, own = at(self, call, ndim, shape, k);
        if (scatter)
            failures += judge(call, k,
                              !is            ? own
                              : count < room ? at(source, call, source->ndim, source->shape, count)
                                             : zero);
        else if (is && count < room)
            failures += judge(call, count, own);
        count += is;
    }
    if (!scatter && test_image_get(&call->more[0].out, call->more[0].image, call->more[0].out.first).re != count)
        failures += test_report(call, "count is not %lld", (long long)count);
    return failures;
}

/* `room`: elements of masked_select's output, or of the source. */
static int run_selection(test_subject *subject, const int64_t *shape, const int64_t *mask_shape, uint64_t one_in,
                         int64_t room, enum test_layout layout)
{
    const int scatter = strcmp(subject->op->name, "masked_scatter") == 0;
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "elements that a mask selects");
    int ok = test_call_tensor(&call, 0, subject->dtype, 2, shape, layout, 1) &&
             test_call_tensor(&call, 1, EXPOPS_DTYPE_BOOL, 2, mask_shape, layout, 1) &&
             (!scatter || test_call_tensor(&call, 2, subject->dtype, 1, &room, layout, 0));
    if (ok) {
        draw_elements(subject, &call.arrays[0]);
        draw_mask(subject, &call.arrays[1], one_in);
        if (scatter)
            draw_elements(subject, &call.arrays[2]);
        ok = test_call_infer(&call) == 0;
    }
    if (ok && !scatter)
        call.result.shape[0] = room < call.result.shape[0] ? room : call.result.shape[0];
    ok = ok && test_call_output(&call, subject->dtype, layout == TEST_EXPANDED ? TEST_COMPACT : layout, 0);
    int failures = ok ? test_call_run(&call) : test_report(&call, "the call cannot be made");
    if (ok && !failures)
        failures = judge_selection(&call, 2, shape, scatter);
    test_call_end(&call);
    return failures > 0 ? failures : 0;
}

int test_run_selections(test_subject *subject)
{
    static const int64_t large[] = { 37, 1111 }, row[] = { 1, 1111 }, small[] = { 3, 5 };
    static const enum test_layout layouts[] = { TEST_COMPACT, TEST_TRANSPOSED, TEST_EXPANDED };
    int failures = 0;
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        failures += run_selection(subject, large, large, 2, 20000, layouts[i]);
        failures += run_selection(subject, large, row, 7, 50000, layouts[i]);
        failures += run_selection(subject, small, small, 1, 15, layouts[i]);
        failures += run_selection(subject, small, small, 100, 4, layouts[i]);
    }
    return failures;
}
