/* Elements moved as bits on the CPU: transposed, permuted, reversed, broadcast, of every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "plugin.h"

static expops_backend_device *device;

static const int32_t dtypes[] = { EXPOPS_DTYPE_I8, EXPOPS_DTYPE_BF16, EXPOPS_DTYPE_F32, EXPOPS_DTYPE_F64,
                                  EXPOPS_DTYPE_C128 };

static launch_case case_of(void)
{
    const launch_case c = { .name = "detach", .family = EXPOPS_FAMILY_POINTWISE, .dtype = -1, .result = -1 };
    return c;
}

static void fill_bytes(tensor *t)
{
    for (size_t i = 0; i < t->bytes; i++)
        t->memory[i] = (char)random_next();
}

static void check(const launch_case *c)
{
    const tensor *const out = c->tensors[0], *const in = c->tensors[1];
    const size_t bytes = bytes_of(in->dtype);
    int64_t index[RANK] = { 0 };

    do
        if (memcmp(out->memory + (size_t)(out->first + element_at(out, index, c->rank)) * bytes,
                   in->memory + (size_t)(in->first + element_at(in, index, c->rank)) * bytes, bytes))
            fail_msg("an element of %zu bytes is wrong", bytes);
    while (next_index(index, c->shape, c->rank));
}

/* How the input lies. */
enum order { AS_MADE, TURNED, OUTER_SWAPPED, REVERSED, BROADCAST };

static void put_in_order(tensor *in, const launch_case *c, enum order order)
{
    const uint32_t last = c->rank - 1;

    if (order == TURNED) {
        in->strides[last] = c->shape[0];
        in->strides[0] = 1;
    } else if (order == OUTER_SWAPPED) {
        in->strides[0] = c->shape[2];
        in->strides[1] = c->shape[0] * c->shape[2];
    } else if (order == REVERSED) {
        in->first += c->shape[last] - 1;
        in->strides[last] = -1;
    } else if (order == BROADCAST) {
        in->strides[last] = 0;
    }
}

static void run_move(launch_case *c, int32_t dtype, uint32_t out_layout, uint32_t in_layout, enum order order)
{
    tensor out = tensor_make(dtype, c->shape, c->rank, out_layout),
           in = tensor_make(dtype, c->shape, c->rank, in_layout);

    put_in_order(&in, c, order);
    fill_bytes(&in);
    c->num_tensors = 2;
    c->tensors[0] = &out;
    c->tensors[1] = &in;
    run_case(device, c);
    check(c);
    tensor_free(&out);
    tensor_free(&in);
}

static void test_random(void **state)
{
    for (int i = 0; i < 1000; i++) {
        launch_case c = case_of();
        const uint32_t longest = random_below(5);
        c.rank = random_below(6);
        for (uint32_t d = 0; d < c.rank; d++)
            c.shape[d] = 1 + random_below(d == longest ? 300 : i % 2 ? 6 : 20 - 3 * c.rank);
        run_move(&c, dtypes[i % 5], random_below(8), random_below(16), AS_MADE);
    }
}

static void test_transposed(void **state)
{
    static const int64_t sizes[] = { 1, 3, 8, 16, 17, 63, 64, 65, 131 };

    for (int i = 0; i < 5; i++)
        for (int a = 0; a < 9; a++)
            for (int b = 0; b < 9; b++) {
                launch_case c = case_of();
                c.rank = 2;
                c.shape[0] = sizes[a];
                c.shape[1] = sizes[b];
                run_move(&c, dtypes[i], 0, 0, TURNED);
            }
}

/* Large enough for threads, and for stores past the caches. */
static void test_large(void **state)
{
    for (int i = 0; i < 4; i++) {
        launch_case c = case_of();
        c.rank = 2;
        c.shape[0] = 2053;
        c.shape[1] = 1031;
        run_move(&c, i & 1 ? EXPOPS_DTYPE_F32 : EXPOPS_DTYPE_F64, i == 3 ? LAYOUT_GAPS : 0, 0,
                 i < 2 ? TURNED : AS_MADE);
    }
}

/* The same of rows that are short, or no runs of the input. */
static void test_large_in_parts(void **state)
{
    static const int64_t shapes[][3] = { { 33, 4099, 33 }, { 5, 700, 1300 } };
    static const enum order orders[] = { AS_MADE, OUTER_SWAPPED, REVERSED, BROADCAST };

    for (int i = 0; i < 8; i++) {
        launch_case c = case_of();
        c.rank = 3;
        memcpy(c.shape, shapes[i / 4], sizeof shapes[0]);
        run_move(&c, EXPOPS_DTYPE_F32, 0, 0, orders[i % 4]);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_transposed),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_large_in_parts),
    };
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
