/* After the first call of a signature: no allocation, no lock, no look into the environment. The C library's functions are
 * replaced here by ones that count. */
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fixture.h"
#include "run/plan.h"

static int counting, count;
static const expops_operator *multiply;
extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *old, size_t bytes);

void *malloc(size_t bytes)
{
    count += counting;
    return __libc_malloc(bytes);
}

void *calloc(size_t number, size_t bytes)
{
    count += counting;
    return __libc_calloc(number, bytes);
}

void *realloc(void *old, size_t bytes)
{
    count += counting;
    return __libc_realloc(old, bytes);
}

char *getenv(const char *name)
{
    static char *(*real)(const char *);
    count += counting;
    if (!real)
        real = (char *(*)(const char *))dlsym(RTLD_NEXT, "getenv");
    return real(name);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    static int (*real)(pthread_mutex_t *);
    count += counting;
    if (!real)
        real = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_lock");
    return real(mutex);
}

static void call(expops_device *device, uintptr_t address, double number)
{
    fixture_tensor x, y;
    TENSOR_AT(&x, 0x100000, EXPOPS_DTYPE_F32, 40, 40);
    TENSOR_AT(&y, address, EXPOPS_DTYPE_F32, 40, 40);
    if (expops_mul_scalar(device, NULL, &x.tensor, expops_real(number), &y.tensor) != EXPOPS_OK)
        abort();
}

static void call_list(unsigned moved)
{
    static fixture_tensor item[20], y;
    const expops_tensor *list[20];
    for (unsigned i = 0; i < 20; i++) {
        TENSOR_AT(item + i, 0x300000 + 0x10000u * i + moved, EXPOPS_DTYPE_F32, 40, 40);
        list[i] = &item[i].tensor;
    }
    TENSOR_AT(&y, 0x200000, EXPOPS_DTYPE_F32, 20 * 40, 40);
    if (expops_cat(fixture_device, NULL, list, 20, 0, &y.tensor) != EXPOPS_OK)
        abort();
}

static expops_status make_output(void *address, const expops_result *results, expops_tensor *outs)
{
    static int64_t shape[] = { 40, 40 };
    assert_memory_equal(results->shape, shape, sizeof shape);
    *outs = (expops_tensor){ address, { EXPOPS_DL_CPU, 0 }, 2, expops_dtype_to_dl(results->dtype), shape, NULL, 0 };
    return EXPOPS_OK;
}

static void call_new(uintptr_t address, double number)
{
    fixture_tensor x;
    expops_tensor out;
    TENSOR_AT(&x, 0x100000, EXPOPS_DTYPE_F32, 40, 40);
    const expops_value args[] = { expops_tensor_value(&x.tensor), expops_real(number) };
    if (expops_call_new(multiply, fixture_device, NULL, args, 2, make_output, (void *)address, &out, 1) != EXPOPS_OK)
        abort();
}

static void a_repeated_call_does_nothing_but_launch(void **state)
{
    null_backend.silent = 1;
    multiply = expops_find("mul");
    assert_int_equal(expops_enable("null"), EXPOPS_OK);
    call_new(0x200000, 1);
    call(fixture_device, 0x200000, 1);
    call(NULL, 0x200000, 1);
    call_list(0);
    counting = 1;
    for (int i = 0; i < 100; i++) {
        call(fixture_device, 0x200000 + 0x10000u * (unsigned)i, i);
        call(NULL, 0x200000, i);
        call_new(0x200000 + 0x10000u * (unsigned)i, i);
        call_list(0x40u * (unsigned)i);
    }
    counting = 0;
    assert_int_equal(count, 0);
    assert_int_equal(expops_enable(NULL), EXPOPS_OK);
}

static void infer(const expops_operator *op, int64_t rows, int64_t columns, expops_dtype dtype)
{
    fixture_tensor x;
    expops_result result;
    TENSOR_AT(&x, 0x100000, dtype, rows, columns);
    const expops_value args[] = { expops_tensor_value(&x.tensor) };
    assert_int_equal(expops_infer(op, args, 1, &result, 1), EXPOPS_OK);
    assert_int_equal(result.dtype, dtype);
    assert_int_equal(result.ndim, 2);
    assert_int_equal(result.shape[0], rows);
    assert_int_equal(result.shape[1], columns);
    assert_int_equal(result.strides[0], columns);
}

static void a_repeated_question_allocates_nothing(void **state)
{
    const expops_operator *silu = expops_find("silu");
    infer(silu, 40, 50, EXPOPS_DTYPE_F32);
    counting = 1;
    for (int i = 0; i < 100; i++)
        infer(silu, 40, 50, EXPOPS_DTYPE_F32);
    counting = 0;
    assert_int_equal(count, 0);
}

/* More than are kept, and some that are looked for in one place. */
static void answers_are_those_of_the_question(void **state)
{
    const expops_operator *ops[] = { expops_find("silu"), expops_find("abs") };
    for (int64_t i = 0; i < 3000; i++) {
        infer(ops[i & 1], 1 + i % 7, 1 + i % 11, EXPOPS_DTYPE_F32);
        infer(ops[i & 1], 1 + i % 7, 1 + i % 11, i & 2 ? EXPOPS_DTYPE_F16 : EXPOPS_DTYPE_F64);
    }
}

static void counting_works(void **state)
{
    counting = 1;
    void *volatile block = malloc(1);
    counting = 0;
    free(block);
    assert_int_equal(count, 1);
    count = 0;
}

/* Many signatures: the thread's store stays bounded. */
static void old_plans_make_room(void **state)
{
    fixture_tensor x, y;
    for (int64_t n = 1; n < 6000; n++) {
        TENSOR_AT(&x, 0x100000, EXPOPS_DTYPE_F32, n);
        TENSOR_AT(&y, 0x200000, EXPOPS_DTYPE_F32, n);
        null_backend.offers = 1;
        assert_int_equal(expops_silu(fixture_device, NULL, &x.tensor, &y.tensor), EXPOPS_OK);
    }
    null_backend.offers = 0;
    assert_in_range(null_backend.live_kernels, 1500, 2100);
    expops_plan_forget();
    assert_in_range(null_backend.live_kernels, 0, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counting_works),
        cmocka_unit_test(a_repeated_call_does_nothing_but_launch),
        cmocka_unit_test(a_repeated_question_allocates_nothing),
        cmocka_unit_test(answers_are_those_of_the_question),
        cmocka_unit_test(old_plans_make_room),
    };
    return cmocka_run_group_tests_name("hot_path", tests, fixture_open, fixture_close);
}
