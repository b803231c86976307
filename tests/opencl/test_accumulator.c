/* The host has scratch memory for accumulators of 64 bytes: a larger one must not compile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "problem_of.h"
#include "registry.h"
#include "specialize/specialize.h"

enum { EXIT_SKIP = 77 };

static expops_device *device;

/* An operator whose accumulator has COUNT floats. */
static const char some[] = "typedef struct xk_acc { float part[COUNT]; } xk_acc;\n"
                           "XK_FN xk_acc xk_identity(void) { xk_acc a; a.part[0] = 0; return a; }\n"
                           "XK_FN xk_acc xk_lift(xk_t x) { xk_acc a; a.part[0] = x; return a; }\n"
                           "XK_FN xk_acc xk_combine(xk_acc a, xk_acc b) { a.part[0] += b.part[0]; return a; }\n"
                           "XK_FN xk_r xk_finish(xk_acc a, xk_t n) { return a.part[0]; }\n";

/* The text of a whole reduction of f32, with `some` in the operator's place. */
static void make_text(unsigned count, expops_text *out_text)
{
    const expops_operator *op = expops_find("amin");
    int64_t shape[] = { 8, 8 };
    expops_pointer memory;
    expops_problem problem;
    expops_steps steps;
    expops_text text;
    assert_int_equal(expops_memory_allocate(device, NULL, 256, &memory), EXPOPS_OK);
    expops_tensor x = { .data = memory.data,
                        .device = { memory.device_type, expops_device_get_info(device)->device_id },
                        .ndim = 2,
                        .dtype = expops_dtype_to_dl(EXPOPS_DTYPE_F32),
                        .shape = shape };
    expops_tensor out = x;
    out.ndim = 0;
    const expops_value args[] = { expops_tensor_value(&x), expops_none(), expops_none() };
    assert_int_equal(problem_of(op, device, args, &out, 1, &problem), EXPOPS_OK);
    assert_int_equal(expops_specialize(&problem, device, &steps), EXPOPS_OK);
    assert_int_equal(expops_step_text(&problem, &device->info, steps.step, &text), EXPOPS_OK);
    const char *own = expops_operator_text(op), *at = strstr(text.data, own);
    assert_non_null(at);
    expops_text_add(out_text, "#define COUNT %u\n%.*s", count, (int)(at - text.data), text.data);
    expops_text_append(out_text, some);
    expops_text_append(out_text, at + strlen(own));
    assert_false(out_text->failed);
    expops_text_free(&text);
    expops_steps_free(&steps);
    expops_memory_free(device, NULL, &memory);
}

static int32_t compile(unsigned count)
{
    expops_text text = { 0 };
    expops_image image = { NULL, 0 };
    make_text(count, &text);
    const expops_source source = {
        { sizeof source, 0, NULL }, text.data, "accumulator", "xk_main", device->info.target
    };
    const int32_t status = device->api->compile(device->backend, &source, &image);
    if (!status)
        device->api->release_image(&image);
    expops_text_free(&text);
    return status;
}

static void a9_accumulators_end_at_64_bytes(void **state)
{
    assert_int_equal(compile(16), EXPOPS_OK);
    assert_int_equal(compile(17), EXPOPS_ERR_COMPILE);
    assert_non_null(strstr(expops_error_text(), "xk_acc_is_larger_than_XK_ACC_BYTES"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a9_accumulators_end_at_64_bytes) };
    if (expops_device_open("opencl", &device) != EXPOPS_OK) {
        fprintf(stderr, "%s\n", expops_error_text());
        return EXIT_SKIP;
    }
    const int failed = cmocka_run_group_tests_name("accumulator", tests, NULL, NULL);
    expops_device_close(&device);
    return failed;
}
