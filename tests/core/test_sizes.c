/* Sizes, strides and offsets at the end of what 64 bits count: infer, call, prepare and allocation agree, and nothing
 * overflows (a build with sanitizers sees that). What PyTorch 2.13 accepts and refuses is the reference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
#include "problem_of.h"
#include "specialize/specialize.h"
#include "draft/view.h"

#define E62 ((int64_t)1 << 62)
static const uintptr_t A = 0x100000, B = 0x4000000000;

/* The compact strides of a shape may not exist; tensors here are described without them, or with those given. */
static expops_tensor described(uintptr_t address, expops_dtype dtype, int32_t ndim, const int64_t *shape,
                               const int64_t *strides)
{
    return (expops_tensor){ .data = (void *)address,
                            .device = { EXPOPS_DL_CPU, 0 },
                            .ndim = ndim,
                            .dtype = expops_dtype_to_dl(dtype),
                            .shape = (int64_t *)shape,
                            .strides = (int64_t *)strides };
}
#define SIZES(...) \
    (int32_t)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), (const int64_t[]) \
    { \
        __VA_ARGS__ \
    }

static void expect(expops_status got, expops_status wanted)
{
    if (got != wanted)
        fail_msg("%s (%s); expected %s", expops_status_name(got), expops_error_text(), expops_status_name(wanted));
}

static void expect_everywhere(const char *name, const expops_value *args, size_t count, const expops_tensor *out,
                              const char *word)
{
    const expops_operator *op = expops_find(name);
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    expops_result result;
    expect(expops_infer(op, args, count, &result, 1), EXPOPS_ERR_SHAPE);
    assert_non_null(strstr(expops_error_text(), name));
    assert_non_null(strstr(expops_error_text(), word));
    expect(expops_call(op, fixture_device, NULL, args, count, out, 1), EXPOPS_ERR_SHAPE);
    expect(expops_prepare(op, fixture_device, args, count, out, 1, NULL), EXPOPS_ERR_SHAPE);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches);
}

static void a1_results_that_overflow(void **state)
{
    const expops_tensor many = described(A, EXPOPS_DTYPE_F32, SIZES(E62 + 1, 1), (const int64_t[]){ 0, 0 }),
                        four = described(A, EXPOPS_DTYPE_F32, SIZES(1, 4), NULL),
                        out = described(B, EXPOPS_DTYPE_F32, SIZES(E62 + 1, 4), NULL);
    const expops_value args[] = { expops_tensor_value(&many), expops_tensor_value(&four) };
    expect_everywhere("mul", args, 2, &out, "result");
    static const int64_t squares[][2] = { { (int64_t)1 << 32, (int64_t)1 << 32 },
                                          { 3, 6148914691236517206 },
                                          { INT64_MAX, INT64_MAX },
                                          { (int64_t)1 << 31, (int64_t)1 << 30 } }; /* elements fit, bytes do not */
    for (size_t i = 0; i < sizeof squares / sizeof *squares; i++) {
        const expops_value sizes[] = { expops_int(squares[i][0]), expops_int(squares[i][1]) };
        const expops_tensor square = described(B, EXPOPS_DTYPE_F32, 2, squares[i], NULL);
        expect_everywhere("eye", sizes, 2, &square, "result");
    }
    const expops_value wanted[] = { expops_tensor_value(&four), expops_ints(squares[0], 2) };
    expect_everywhere("new_ones", wanted, 2, &out, "result");
}

static void a1_f1_arguments_that_overflow(void **state)
{
    const int64_t last[] = { 1, 2 };
    const expops_tensor rows = described(A, EXPOPS_DTYPE_F32, SIZES(INT64_MAX, 4), (const int64_t[]){ 0, 0 }),
                        cube = described(A, EXPOPS_DTYPE_F32, SIZES(2331231402317344352, 33, 33), NULL),
                        apart = described(A, EXPOPS_DTYPE_F32, SIZES(5), (const int64_t[]){ (int64_t)1 << 61 }),
                        behind = described(A, EXPOPS_DTYPE_F32, SIZES(2), (const int64_t[]){ INT64_MIN }),
                        both = described(A, EXPOPS_DTYPE_F32, SIZES(2, 2), (const int64_t[]){ E62 / 2, -E62 / 2 }),
                        long_row = described(A, EXPOPS_DTYPE_F32, SIZES((int64_t)1 << 61), NULL),
                        out = described(B, EXPOPS_DTYPE_F32, SIZES(5), NULL);
    const expops_tensor *bad[] = { &rows, &cube, &apart, &behind, &both, &long_row };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const expops_value args[] = { expops_tensor_value(bad[i]) };
        expect_everywhere("silu", args, 1, &out, "self");
    }
    const expops_value args[] = { expops_tensor_value(&cube), expops_ints(last, 2) };
    expect_everywhere("amin", args, 2, &out, "self");
}

/* torch.empty(2 ** 61 - 1, device='meta') is the largest of its type. */
static void a1_the_largest_tensor_is_inferred(void **state)
{
    const expops_tensor largest = described(A, EXPOPS_DTYPE_F32, SIZES(((int64_t)1 << 61) - 1), NULL);
    const expops_value args[] = { expops_tensor_value(&largest) };
    expops_result result;
    expect(expops_infer(expops_find("silu"), args, 1, &result, 1), EXPOPS_OK);
    assert_int_equal(result.shape[0], ((int64_t)1 << 61) - 1);
}

static void f1_outputs_that_overflow(void **state)
{
    const expops_tensor wide = described(A, EXPOPS_DTYPE_F32, SIZES((int64_t)1 << 60), (const int64_t[]){ 0 }),
                        twice = described(B, EXPOPS_DTYPE_F64, SIZES((int64_t)1 << 60), NULL),
                        two = described(A, EXPOPS_DTYPE_F32, SIZES(2), NULL),
                        apart = described(B, EXPOPS_DTYPE_F32, SIZES(2), (const int64_t[]){ (int64_t)1 << 61 });
    expect(expops_silu(fixture_device, NULL, &wide, &twice), EXPOPS_ERR_SHAPE);
    assert_non_null(strstr(expops_error_text(), "output"));
    expect(expops_silu(fixture_device, NULL, &two, &apart), EXPOPS_ERR_SHAPE);
    assert_non_null(strstr(expops_error_text(), "output"));
}

/* as_strided((1, 2), (2 ** 63 - 1, 1)), as_strided((0, 2 ** 62, 4), (1, 1, 1)), zeros(0, 2 ** 63 - 1): all fine there. */
static void f1_what_no_element_reaches_may_be_anything(void **state)
{
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    const expops_tensor one_row = described(A, EXPOPS_DTYPE_F32, SIZES(1, 2), (const int64_t[]){ INT64_MIN, 1 }),
                        one_out = described(B, EXPOPS_DTYPE_F32, SIZES(1, 2), (const int64_t[]){ INT64_MAX, 1 });
    expect(expops_silu(fixture_device, NULL, &one_row, &one_out), EXPOPS_OK);
    const expops_tensor none = described(0, EXPOPS_DTYPE_F32, SIZES(0, INT64_MAX), NULL),
                        strided = described(0, EXPOPS_DTYPE_F32, SIZES(0, E62, 4), (const int64_t[]){ E62, E62, E62 }),
                        nothing = described(0, EXPOPS_DTYPE_F32, SIZES(0), NULL),
                        halves = described(0, EXPOPS_DTYPE_F32, SIZES(E62, 4, 0), (const int64_t[]){ E62, 1, 1 }),
                        half = described(0, EXPOPS_DTYPE_F32, SIZES(E62 / 2, 4, 0), NULL);
    expect(expops_silu(fixture_device, NULL, &none, &none), EXPOPS_OK);
    expect(expops_amin(fixture_device, NULL, &strided, (const int64_t[]){ 1, 2 }, 2, 0, &nothing), EXPOPS_OK);
    expect(expops_glu(fixture_device, NULL, &halves, 0, &half), EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches + 1);
    /* a compact one of that shape has no strides: "Stride calculation overflowed" */
    const expops_tensor compact = described(0, EXPOPS_DTYPE_F32, SIZES(0, E62, 4), NULL);
    const expops_value args[] = { expops_tensor_value(&compact) }, given[] = { expops_tensor_value(&strided) };
    expect_everywhere("silu", args, 1, &compact, "strides");
    expect_everywhere("silu", given, 1, &strided, "result");
}

static void f1_addresses_wrap(void **state)
{
    expops_tensor x = described(A, EXPOPS_DTYPE_F32, SIZES(2, 3), NULL),
                  y = described(B, EXPOPS_DTYPE_F32, SIZES(2, 3), NULL);
    x.byte_offset = (uint64_t)-64;
    expect(expops_silu(fixture_device, NULL, &x, &y), EXPOPS_OK);
    assert_int_equal((uintptr_t)null_backend.last.tensors[1].data + null_backend.last.tensors[1].byte_offset, A - 64);
    /* ranges on both sides of where addresses begin anew are still told apart */
    x.data = (void *)(uintptr_t)-16;
    x.byte_offset = 0;
    y.data = (void *)(uintptr_t)-8;
    expect(expops_silu(fixture_device, NULL, &x, &y), EXPOPS_ERR_OVERLAP);
    y.data = (void *)(uintptr_t)8;
    expect(expops_silu(fixture_device, NULL, &x, &y), EXPOPS_OK);
}

/* Steps that no vector takes, and dimensions that meet only in more than 64 bits. Such memory is nowhere: nothing is run. */
static void f1_long_strides_are_planned(void **state)
{
    const expops_tensor apart = described(A, EXPOPS_DTYPE_I8, SIZES(2, 2), (const int64_t[]){ 1, E62 }),
                        turned = described(A, EXPOPS_DTYPE_I8, SIZES(16), (const int64_t[]){ -(INT64_MAX / 16) }),
                        four = described(B, EXPOPS_DTYPE_I8, SIZES(2, 2), NULL),
                        sixteen = described(B, EXPOPS_DTYPE_I8, SIZES(16), NULL),
                        single = described(B, EXPOPS_DTYPE_I8, SIZES(), NULL);
    const expops_value of_four[] = { expops_tensor_value(&apart) }, of_sixteen[] = { expops_tensor_value(&turned) };
    expect(expops_prepare(expops_find("neg"), fixture_device, of_four, 1, &four, 1, NULL), EXPOPS_OK);
    assert_string_equal(fixture_define("XK_RANK"), "2");
    expect(expops_prepare(expops_find("neg"), fixture_device, of_sixteen, 1, &sixteen, 1, NULL), EXPOPS_OK);
    assert_string_equal(fixture_define("XK_INDEX64"), "1");
    expect(expops_prepare(expops_find("amin"), fixture_device, of_sixteen, 1, &single, 1, NULL), EXPOPS_OK);
}

static expops_status all(expops_draft *d)
{
    return expops_draft_reduction(d, NULL, 0, 0, 1);
}

/* A sum over nothing is 0; the sizes beside the 0 are not multiplied. */
static void f1_rows_of_nothing(void **state)
{
    const expops_operator op = { .name = "total",
                                 .family = EXPOPS_FAMILY_REDUCE,
                                 .dtypes = FLOATING,
                                 .parameters = { TENSOR("self") },
                                 .draft = all };
    const expops_tensor none = described(0, EXPOPS_DTYPE_F32, SIZES(E62, 4, 0), (const int64_t[]){ 1, 1, 1 }),
                        single = described(B, EXPOPS_DTYPE_F32, SIZES(), NULL);
    const expops_value args[] = { expops_tensor_value(&none) };
    expops_problem problem;
    expect(problem_of(&op, fixture_device, args, &single, 1, &problem), EXPOPS_OK);
    assert_int_equal(problem.row_dims, 1);
    assert_int_equal(problem.shape[problem.rank - 1], 0);
}

static void f1_offsets_into_memory_objects_do_not_wrap(void **state)
{
    null_backend.caps |= EXPOPS_CAP_HANDLES;
    expops_device_close(&fixture_device);
    expect(expops_device_open("null", &fixture_device), EXPOPS_OK);
    expops_tensor x = described(A, EXPOPS_DTYPE_F32, SIZES(4), NULL),
                  y = described(B, EXPOPS_DTYPE_F32, SIZES(4), NULL);
    expect(expops_silu(fixture_device, NULL, &x, &y), EXPOPS_OK);
    const unsigned launches = null_backend.calls[NULL_LAUNCH];
    static const uint64_t offsets[] = { (uint64_t)-64, INT64_MAX - 15, UINT64_MAX - 15 };
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        x.byte_offset = offsets[i] & ~(uint64_t)15; /* the plan of before */
        expect(expops_silu(fixture_device, NULL, &x, &y), EXPOPS_ERR_SHAPE);
        assert_non_null(strstr(expops_error_text(), "self"));
    }
    x.byte_offset = 0;
    x.strides = (int64_t[]){ -1 };
    expect(expops_silu(fixture_device, NULL, &x, &y), EXPOPS_ERR_SHAPE); /* before its start */
    x.byte_offset = 12;
    expect(expops_silu(fixture_device, NULL, &x, &y), EXPOPS_OK);
    assert_int_equal(null_backend.calls[NULL_LAUNCH], launches + 1);
    null_backend.caps &= ~(uint64_t)EXPOPS_CAP_HANDLES;
    expops_device_close(&fixture_device);
    expect(expops_device_open("null", &fixture_device), EXPOPS_OK);
}

static void f1_numbers_of_elements_and_strides(void **state)
{
    const expops_tensor over = described(A, EXPOPS_DTYPE_I8, SIZES(E62, 2, 4), NULL),
                        none = described(A, EXPOPS_DTYPE_I8, SIZES(E62, 4, 0), NULL),
                        most = described(A, EXPOPS_DTYPE_I8, SIZES(INT64_MAX, 1), NULL);
    int64_t strides[3];
    assert_int_equal(expops_tensor_numel(&over), -1);
    assert_int_equal(expops_tensor_numel(&none), 0);
    assert_int_equal(expops_tensor_numel(&most), INT64_MAX);
    expect(expops_contiguous_strides(3, (const int64_t[]){ 1, E62, 4 }, strides), EXPOPS_ERR_SHAPE);
    expect(expops_contiguous_strides(3, (const int64_t[]){ E62, E62, 2 }, strides), EXPOPS_ERR_SHAPE);
    expect(expops_contiguous_strides(3, (const int64_t[]){ INT64_MAX, 2, 0 }, strides), EXPOPS_OK);
    assert_memory_equal(strides, ((int64_t[]){ 2, 1, 1 }), sizeof strides); /* torch.empty((2 ** 63 - 1, 2, 0)) */
    const expops_tensor not_compact = described(A, EXPOPS_DTYPE_I8, SIZES(2, E62, 4), (const int64_t[]){ 0, 4, 1 });
    assert_false(expops_tensor_is_contiguous(&not_compact));
}

static void f1_dlpack_tensors(void **state)
{
    expops_dl_managed managed = { .dl_tensor = described(A, EXPOPS_DTYPE_F32, SIZES(E62, 4), NULL) };
    expops_tensor imported;
    expops_dl_managed *exported;
    expect(expops_dl_import(&managed, &imported), EXPOPS_ERR_SHAPE);
    expect(expops_dl_export(&managed.dl_tensor, NULL, NULL, &exported), EXPOPS_ERR_SHAPE);
}

static void a1_allocations_and_copies(void **state)
{
    char host[4];
    expops_pointer pointer;
    const unsigned allocated = null_backend.calls[NULL_ALLOCATE], copied = null_backend.calls[NULL_COPY];
    expect(expops_memory_allocate(fixture_device, NULL, UINT64_MAX, &pointer), EXPOPS_ERR_SHAPE);
    assert_null(pointer.data);
    expect(expops_memory_allocate(fixture_device, NULL, (uint64_t)INT64_MAX + 1, &pointer), EXPOPS_ERR_SHAPE);
    expect(expops_memory_upload(fixture_device, NULL, &(expops_pointer){ .data = host }, host, (uint64_t)-4),
           EXPOPS_ERR_SHAPE);
    assert_int_equal(null_backend.calls[NULL_ALLOCATE], allocated);
    assert_int_equal(null_backend.calls[NULL_COPY], copied);
}

static void a9_parameters_end_with_their_buffer(void **state)
{
    struct {
        expops_params params;
        uint8_t behind[8];
    } room;
    memset(&room, 0x5a, sizeof room);
    room.params.bytes = room.params.failed = 0;
    for (int i = 0; i < EXPOPS_PARAMS_BYTES / 8; i++)
        expops_params_u64(&room.params, 1);
    assert_false(room.params.failed);
    expops_params_u32(&room.params, 1);
    assert_true(room.params.failed);
    assert_int_equal(room.params.bytes, EXPOPS_PARAMS_BYTES);
    for (size_t i = 0; i < sizeof room.behind; i++)
        assert_int_equal(room.behind[i], 0x5a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a1_results_that_overflow),
        cmocka_unit_test(a1_f1_arguments_that_overflow),
        cmocka_unit_test(a1_the_largest_tensor_is_inferred),
        cmocka_unit_test(f1_outputs_that_overflow),
        cmocka_unit_test(f1_what_no_element_reaches_may_be_anything),
        cmocka_unit_test(f1_addresses_wrap),
        cmocka_unit_test(f1_long_strides_are_planned),
        cmocka_unit_test(f1_rows_of_nothing),
        cmocka_unit_test(f1_offsets_into_memory_objects_do_not_wrap),
        cmocka_unit_test(f1_numbers_of_elements_and_strides),
        cmocka_unit_test(f1_dlpack_tensors),
        cmocka_unit_test(a1_allocations_and_copies),
        cmocka_unit_test(a9_parameters_end_with_their_buffer),
    };
    return cmocka_run_group_tests_name("sizes", tests, fixture_open, fixture_close);
}
