/* Calls of operators from several threads, on several streams and devices, and what they may not disturb. */
#include "conformance.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "expops/cache.h"

enum { THREADS = 4, CALLS = 25 };

static const int64_t one_size[1] = { 1000 };

/* mul of two f32 vectors and its output. */
typedef struct product {
    test_array a, b, out;
    expops_value args[2];
} product;

static int make_product(product *p, expops_device *device, int64_t size, float seed)
{
    const int64_t shape[1] = { size };
    memset(p, 0, sizeof(*p));
    if (!test_array_make(&p->a, device, EXPOPS_DTYPE_F32, 1, shape, TEST_COMPACT, 0) ||
        !test_array_make(&p->b, device, EXPOPS_DTYPE_F32, 1, shape, TEST_COMPACT, 0) ||
        !test_array_make(&p->out, device, EXPOPS_DTYPE_F32, 1, shape, TEST_COMPACT, 0))
        return 0;
    for (int64_t i = 0; i < size; i++) {
        test_array_set(&p->a, i, (test_value){ (long double)(i % 100), 0 });
        test_array_set(&p->b, i, (test_value){ (long double)seed, 0 });
    }
    p->args[0] = expops_tensor_value(&p->a.tensor);
    p->args[1] = expops_tensor_value(&p->b.tensor);
    return test_array_upload(&p->a) == EXPOPS_OK && test_array_upload(&p->b) == EXPOPS_OK &&
           test_array_upload(&p->out) == EXPOPS_OK && expops_synchronize(device, NULL) == EXPOPS_OK;
}

static void free_product(product *p)
{
    test_array_free(&p->a);
    test_array_free(&p->b);
    test_array_free(&p->out);
}

static int product_is_right(const product *p, float seed)
{
    unsigned char *image = malloc(test_array_bytes(&p->out));
    int right = image && test_array_download(&p->out, image) == EXPOPS_OK;
    for (int64_t i = 0; right && i < p->out.shape[0]; i++)
        right = test_image_get(&p->out, image, i).re == (long double)(i % 100) * (long double)seed;
    free(image);
    return right;
}

typedef struct worker {
    pthread_t thread;
    pthread_barrier_t *start;
    int number, failures;
    char text[300];
} worker;

static void fail_worker(worker *w, const char *what)
{
    if (w->failures++ == 0)
        snprintf(w->text, sizeof(w->text), "thread %d: %s: %s", w->number, what, expops_error_text());
}

/* All threads begin with the same call, which none has made before; later ones share its plan. */
static void *work(void *argument)
{
    worker *w = argument;
    product p;
    void *stream = NULL;
    const expops_operator *mul = expops_find("mul");
    const float seed = (float)(w->number + 2);
    const int made = make_product(&p, conformance_device, 1000 + 10 * w->number, seed);
    if (!made || expops_stream_create(conformance_device, &stream) != EXPOPS_OK)
        fail_worker(w, "preparing");
    pthread_barrier_wait(w->start);
    for (int i = 0; i < CALLS && !w->failures; i++) {
        if (expops_call(mul, conformance_device, stream, p.args, 2, &p.out.tensor, 1) != EXPOPS_OK)
            fail_worker(w, "expops_call");
        else if (expops_synchronize(conformance_device, stream) != EXPOPS_OK)
            fail_worker(w, "expops_synchronize");
        else if (!product_is_right(&p, seed))
            fail_worker(w, "a wrong product");
    }
    expops_stream_destroy(conformance_device, stream);
    free_product(&p);
    return NULL;
}

static void test_threads(void **state)
{
    worker workers[THREADS] = { 0 };
    pthread_barrier_t start;
    assert_non_null(expops_find("mul"));
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        workers[i].start = &start;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    int failures = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        if (workers[i].failures)
            print_error("%s\n", workers[i].text);
        failures += workers[i].failures;
    }
    pthread_barrier_destroy(&start);
    assert_int_equal(failures, 0);
}

static void *fail_elsewhere(void *unused)
{
    expops_device *device;
    return expops_device_open("nosuchbackend", &device) == EXPOPS_OK ? NULL : (void *)1;
}

static void test_error_text_is_the_threads_own(void **state)
{
    pthread_t thread;
    void *failed = NULL;
    char before[200];
    assert_int_not_equal(expops_call(NULL, conformance_device, NULL, NULL, 0, NULL, 1), EXPOPS_OK);
    snprintf(before, sizeof(before), "%s", expops_error_text());
    assert_true(strlen(before) > 0);
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, NULL), 0);
    pthread_join(thread, &failed);
    assert_non_null(failed);
    assert_int_equal(strncmp(before, expops_error_text(), sizeof(before) - 1), 0);
}

/* Results of one call are the next one's operands, without waiting in between. */
static void test_calls_in_order(void **state)
{
    product p;
    const expops_operator *mul = expops_find("mul");
    assert_true(make_product(&p, conformance_device, one_size[0], 2));
    const expops_value again[2] = { expops_tensor_value(&p.out.tensor), p.args[1] };
    assert_ok(expops_call(mul, conformance_device, NULL, p.args, 2, &p.out.tensor, 1));
    for (int i = 0; i < 9; i++)
        assert_ok(expops_call(mul, conformance_device, NULL, again, 2, &p.out.tensor, 1));
    assert_true(product_is_right(&p, 1024));
    free_product(&p);
}

/* After expops_prepare a call compiles nothing. */
static void test_prepared(void **state)
{
    product p;
    expops_cache_stats before, after;
    const expops_operator *maximum = expops_find("maximum");
    assert_non_null(maximum);
    assert_true(make_product(&p, conformance_device, one_size[0], 5));
    assert_ok(expops_prepare(maximum, conformance_device, p.args, 2, &p.out.tensor, 1, NULL));
    assert_ok(expops_cache_get_stats(&before));
    assert_ok(expops_call(maximum, conformance_device, NULL, p.args, 2, &p.out.tensor, 1));
    assert_ok(expops_synchronize(conformance_device, NULL));
    assert_ok(expops_cache_get_stats(&after));
    assert_true(after.misses == before.misses && after.compile_ns == before.compile_ns);
    free_product(&p);
}

static void test_default_device_is_used(void **state)
{
    product p;
    assert_true(make_product(&p, conformance_device, one_size[0], 3));
    assert_ok(expops_scope_push(expops_device_name(conformance_device)));
    assert_ok(expops_call(expops_find("mul"), NULL, NULL, p.args, 2, &p.out.tensor, 1));
    assert_ok(expops_synchronize(NULL, NULL));
    assert_ok(expops_scope_pop());
    assert_true(product_is_right(&p, 3));
    free_product(&p);
}

static void test_second_device(void **state)
{
    char spec[64];
    product here, there;
    expops_device *second = NULL;
    snprintf(spec, sizeof(spec), "%s", expops_device_name(conformance_device));
    char *colon = strchr(spec, ':');
    assert_non_null(colon);
    snprintf(colon, sizeof(spec) - (size_t)(colon - spec), ":%d", atoi(colon + 1) + 1);
    if (expops_device_open(spec, &second) != EXPOPS_OK) {
        print_message("skipped: there is one device only: %s\n", expops_error_text());
        skip();
    }
    const expops_operator *mul = expops_find("mul");
    assert_ptr_not_equal(second, conformance_device);
    assert_true(make_product(&here, conformance_device, one_size[0], 3));
    assert_true(make_product(&there, second, one_size[0], 4));
    assert_ok(expops_call(mul, conformance_device, NULL, here.args, 2, &here.out.tensor, 1));
    assert_ok(expops_call(mul, second, NULL, there.args, 2, &there.out.tensor, 1));
    assert_true(product_is_right(&here, 3) && product_is_right(&there, 4));
    assert_int_equal(expops_call(mul, conformance_device, NULL, there.args, 2, &here.out.tensor, 1), EXPOPS_ERR_DEVICE);
    assert_int_equal(expops_call(mul, conformance_device, NULL, here.args, 2, &there.out.tensor, 1), EXPOPS_ERR_DEVICE);
    free_product(&here);
    free_product(&there);
    expops_device_close(&second);
}

const struct CMUnitTest conformance_calls[] = {
    cmocka_unit_test(test_threads),
    cmocka_unit_test(test_error_text_is_the_threads_own),
    cmocka_unit_test(test_calls_in_order),
    cmocka_unit_test(test_prepared),
    cmocka_unit_test(test_default_device_is_used),
    cmocka_unit_test(test_second_device),
};
const size_t conformance_num_calls = sizeof(conformance_calls) / sizeof(conformance_calls[0]);
