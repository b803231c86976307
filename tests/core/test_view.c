#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "draft/problem.h"
#include "draft/view.h"

static expops_view compact(int32_t ndim, const int64_t *shape)
{
    expops_view view = { .ndim = ndim };
    memcpy(view.shape, shape, (size_t)ndim * sizeof *shape);
    expops_contiguous_strides(ndim, shape, view.strides);
    return view;
}

static void permutes(void **state)
{
    expops_view view = compact(3, (int64_t[]){ 2, 3, 5 });
    const expops_view before = view;
    assert_int_equal(expops_view_permute(&view, (int64_t[]){ 2, 0, -2 }, 3), EXPOPS_OK);
    assert_int_equal(view.shape[0], 5);
    assert_int_equal(view.strides[0], 1);
    assert_int_equal(view.shape[2], 3);
    assert_int_equal(view.strides[2], 5);
    view = before;
    assert_int_equal(expops_view_permute(&view, (int64_t[]){ 0, 1 }, 2), EXPOPS_ERR_SHAPE);
    assert_int_equal(expops_view_permute(&view, (int64_t[]){ 0, 1, 1 }, 3), EXPOPS_ERR_SHAPE);
    assert_int_equal(expops_view_permute(&view, (int64_t[]){ 0, 1, 3 }, 3), EXPOPS_ERR_SHAPE);
    assert_memory_equal(&view, &before, sizeof view);
}

static void broadcasts(void **state)
{
    int64_t shape[EXPOPS_MAX_RANK] = { 0 };
    int32_t ndim = 0;
    expops_view a = compact(2, (int64_t[]){ 3, 1 }), b = compact(3, (int64_t[]){ 2, 1, 5 }),
                c = compact(1, (int64_t[]){ 4 });
    assert_int_equal(expops_broadcast(&ndim, shape, &a), EXPOPS_OK);
    assert_int_equal(expops_broadcast(&ndim, shape, &b), EXPOPS_OK);
    assert_int_equal(ndim, 3);
    assert_memory_equal(shape, ((int64_t[]){ 2, 3, 5 }), 3 * sizeof *shape);
    assert_int_equal(expops_broadcast(&ndim, shape, &c), EXPOPS_ERR_SHAPE);
    assert_non_null(strstr(expops_error_text(), "(4,)"));
    expops_view_expand(&a, ndim, shape);
    assert_memory_equal(a.strides, ((int64_t[]){ 0, 1, 0 }), 3 * sizeof *shape);
    /* 1 broadcasts with 0 */
    expops_view empty = compact(1, (int64_t[]){ 0 });
    int32_t one = 1;
    int64_t size[EXPOPS_MAX_RANK] = { 1 };
    assert_int_equal(expops_broadcast(&one, size, &empty), EXPOPS_OK);
    assert_int_equal(size[0], 0);
}

static void overlaps(void **state)
{
    expops_view view = compact(2, (int64_t[]){ 3, 4 });
    assert_false(expops_view_overlaps_itself(&view));
    view.strides[0] = 3; /* rows share an element */
    assert_true(expops_view_overlaps_itself(&view));
    view.strides[0] = 0;
    assert_true(expops_view_overlaps_itself(&view));
    view.shape[0] = 1;
    assert_false(expops_view_overlaps_itself(&view));
    view.shape[0] = 3;
    view.strides[0] = -4;
    assert_false(expops_view_overlaps_itself(&view));
}

static void extents(void **state)
{
    expops_view view = compact(2, (int64_t[]){ 3, 4 });
    int64_t low, high;
    view.strides[0] = -4;
    expops_view_extent(&view, 2, &low, &high);
    assert_int_equal(low, -16);
    assert_int_equal(high, 8);
}

/* Collapsing must keep the set of (output, input) element pairs; counted by brute force. */
static uint64_t pairs(const expops_problem *problem)
{
    uint64_t sum = 0, count = 1;
    for (uint32_t d = 0; d < problem->rank; d++)
        count *= (uint64_t)problem->shape[d];
    for (uint64_t i = 0; i < count; i++) {
        int64_t out = problem->operand[0].offset, in = problem->operand[1].offset;
        uint64_t rest = i;
        for (uint32_t d = problem->rank; d-- > 0; rest /= (uint64_t)problem->shape[d]) {
            const int64_t c = (int64_t)(rest % (uint64_t)problem->shape[d]);
            out += c * problem->operand[0].strides[d];
            in += c * problem->operand[1].strides[d];
        }
        sum += ((uint64_t)out * 0x9e3779b97f4a7c15u) ^ ((uint64_t)in * 0xc2b2ae3d27d4eb4fu + 7);
    }
    return sum;
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void collapses(void **state)
{
    const expops_operator op = { .family = EXPOPS_FAMILY_POINTWISE };
    uint32_t seed = 1;
    for (int round = 0; round < 2000; round++) {
        expops_problem problem = { .op = &op, .num_operands = 2, .rank = 1 + next_random(&seed) % 5 };
        int64_t stride = 1;
        for (uint32_t d = problem.rank; d-- > 0;) {
            problem.shape[d] = 1 + next_random(&seed) % 4;
            problem.operand[0].strides[d] = next_random(&seed) % 4 ? stride : -stride;
            stride *= problem.shape[d] + next_random(&seed) % 2;
            problem.operand[1].strides[d] = (int64_t)(next_random(&seed) % 9) - 4;
        }
        const uint64_t before = pairs(&problem);
        expops_problem_collapse(&problem);
        assert_true(problem.rank >= 1);
        assert_int_equal(pairs(&problem), before);
        for (uint32_t d = 0; d < problem.rank; d++)
            assert_true(problem.operand[0].strides[d] >= 0);
    }
}

static void a_compact_tensor_collapses_to_one_dimension(void **state)
{
    const expops_operator op = { .family = EXPOPS_FAMILY_POINTWISE };
    expops_problem problem = { .op = &op, .num_operands = 2, .rank = 4, .shape = { 2, 3, 1, 5 } };
    expops_contiguous_strides(4, problem.shape, problem.operand[0].strides);
    expops_contiguous_strides(4, problem.shape, problem.operand[1].strides);
    expops_problem_collapse(&problem);
    assert_int_equal(problem.rank, 1);
    assert_int_equal(problem.shape[0], 30);
}

static void rows_that_walk_every_dimension_keep_one_besides(void **state)
{
    expops_problem problem = {
        .order = EXPOPS_ORDER_ROWS, .num_operands = 2, .rank = EXPOPS_MAX_RANK, .row_dims = EXPOPS_MAX_RANK
    };
    int64_t stride = 1;
    problem.operand[1].kind = EXPOPS_OPERAND_INPUT;
    problem.operand[1].offset = 5;
    for (uint32_t d = EXPOPS_MAX_RANK; d-- > 0; stride *= 3) {
        problem.shape[d] = 2;
        problem.operand[1].strides[d] = stride;
    }
    expops_problem_collapse(&problem);
    assert_int_equal(problem.rank, EXPOPS_MAX_RANK + 1);
    assert_int_equal(problem.row_dims, EXPOPS_MAX_RANK);
    assert_int_equal(problem.num_operands, 2);
    assert_int_equal(problem.operand[1].offset, 5);
    assert_int_equal(problem.operand[1].strides[EXPOPS_MAX_RANK], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(permutes),
        cmocka_unit_test(broadcasts),
        cmocka_unit_test(overlaps),
        cmocka_unit_test(extents),
        cmocka_unit_test(collapses),
        cmocka_unit_test(a_compact_tensor_collapses_to_one_dimension),
        cmocka_unit_test(rows_that_walk_every_dimension_keep_one_besides),
    };
    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
