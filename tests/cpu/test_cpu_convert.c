/* Elements of every type made those of every other, on the CPU: with fractions and numbers that the target cuts off, in runs longer
 * than what is converted at a time, compact and not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "plugin.h"

static expops_backend_device *device;

static uint32_t compute_of(int32_t dtype)
{
    static const uint8_t compute[] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) EXPOPS_COMPUTE_##compute,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    };
    return compute[dtype];
}

static void fill(tensor *t, const int64_t *shape)
{
    int64_t index[RANK] = { 0 };

    do {
        const double small = ((double)random_below(4001) - 2000) / 16;
        tensor_set(t, element_at(t, index, 2), random_below(5) ? small : small * 512);
    } while (next_index(index, shape, 2));
}

static void check(const launch_case *c)
{
    const tensor *const out = c->tensors[0], *const in = c->tensors[1];
    int64_t index[RANK] = { 0 };

    do {
        const double x = tensor_get(in, element_at(in, index, 2)), expected = convert(x, out->dtype),
                     got = tensor_get(out, element_at(out, index, 2));
        if (got != expected)
            fail_msg("%g of type %d became %g of type %d, not %g", x, in->dtype, got, out->dtype, expected);
    } while (next_index(index, c->shape, 2));
}

static void convert_elements(int32_t to, int32_t from, int32_t common, const int64_t shape[2], uint32_t layout)
{
    launch_case c = { .name = "copy",
                      .family = EXPOPS_FAMILY_POINTWISE,
                      .compute = compute_of(common),
                      .dtype = common,
                      .result = common,
                      .rank = 2,
                      .shape = { shape[0], shape[1] },
                      .num_tensors = 2 };
    tensor out = tensor_make(to, c.shape, 2, layout), in = tensor_make(from, c.shape, 2, layout);

    fill(&in, c.shape);
    c.tensors[0] = &out;
    c.tensors[1] = &in;
    run_case(device, &c);
    check(&c);
    tensor_free(&out);
    tensor_free(&in);
}

/* Before what is computed, and behind it. */
static void convert_both(int32_t to, int32_t from, int64_t rows, int64_t cols, uint32_t layout)
{
    const int64_t shape[] = { rows, cols };

    convert_elements(to, from, to, shape, layout);
    convert_elements(to, from, from, shape, layout);
}

static void test_every_type_to_every_type(void **state)
{
    for (int32_t to = 0; to < EXPOPS_DTYPE_COUNT; to++)
        for (int32_t from = 0; from < EXPOPS_DTYPE_COUNT; from++) {
            convert_both(to, from, 1, 1500, LAYOUT_COMPACT);
            convert_both(to, from, 3, 700, LAYOUT_GAPS | LAYOUT_BACKWARDS);
            convert_both(to, from, 40, 33, LAYOUT_PERMUTED | LAYOUT_GAPS);
        }
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_type_to_every_type) };
    int failed = 0;

    for (const char *const *level = plugin_levels; *level; level++) {
        device = plugin_device(*level);
        if (!device) {
            print_message("skipped: this processor, or this build, has no %s\n", *level);
            continue;
        }
        failed += cmocka_run_group_tests_name(*level, tests, NULL, NULL);
        plugin_api()->device_close(device);
    }
    return failed;
}
