/* Every operator on one device: operator x type x kind of case, and PyTorch's answers. The device is EXPOPS_BACKEND's;
 * a pattern such as 'silu/f32/\*' as the first argument selects tests. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alike.h"
#include "cases.h"
#include "golden.h"
#include "session.h"

typedef struct item {
    char name[96];
    test_subject subject;
    const test_kind *kind;
    const test_golden *golden; /* a case of it, where kind is NULL */
    size_t index;
    const char *problem; /* fails with this text */
} item;

typedef struct plan {
    item *items;
    size_t count, room;
    test_golden **golden;
    size_t num_golden;
    expops_device *device;
} plan;

static item *add(plan *p, const expops_operator *op, const char *group, const char *name)
{
    if (p->count == p->room) {
        p->room = p->room ? 2 * p->room : 1024;
        item *items = realloc(p->items, p->room * sizeof(*items));
        if (!items)
            exit(TEST_EXIT_BROKEN);
        p->items = items;
    }
    item *added = &p->items[p->count++];
    memset(added, 0, sizeof(*added));
    snprintf(added->name, sizeof(added->name), "%s/%s%s%s@%s", op->name, group, *group && *name ? "/" : "", name,
             expops_device_name(p->device));
    added->subject = (test_subject){ p->device, op, EXPOPS_DTYPE_F32, test_random_for(added->name) };
    return added;
}

/* On another backend, whose name differs in length, it is another type's turn. */
static int is_chosen(const plan *p, const expops_operator *op, expops_dtype dtype)
{
    const size_t turn = strlen(op->name) + strlen(expops_device_name(p->device));
    return test_is_chosen(expops_operator_dtypes(op), test_first_dtype(op->dtypes), dtype, turn);
}

static void add_kinds(plan *p, const expops_operator *op, const test_kind *kinds, expops_dtype dtype, const char *group)
{
    const int all = test_depth(p->device) > 0 || dtype == test_first_dtype(op->dtypes);
    for (const test_kind *kind = kinds; kind->name; kind++)
        if ((all || (kind->each_type && is_chosen(p, op, dtype))) && kind->applies(op, dtype)) {
            item *added = add(p, op, group, kind->name);
            added->subject.dtype = dtype;
            added->kind = kind;
        }
}

/* PyTorch's cases come small ones first, one of each type, then of each combination. Where a kernel costs a compilation a short
 * run takes the first and every twelfth of the others. */
static int golden_is_wanted(const plan *p, size_t index)
{
    enum { FIRST = 8, STEP = 12 };
    return test_depth(p->device) > 0 || index < FIRST || index % STEP == 0;
}

static void add_golden(plan *p, const expops_operator *op)
{
    const char *error = NULL;
    test_golden *golden = test_golden_open(op->name, &error);
    if (!golden) {
        if (error)
            add(p, op, "golden", "file")->problem = error;
        return;
    }
    p->golden[p->num_golden++] = golden;
    for (size_t i = 0; i < test_golden_count(golden); i++) {
        if (!golden_is_wanted(p, i))
            continue;
        item *added = add(p, op, "golden", test_golden_case_name(golden, i));
        added->golden = golden;
        added->index = i;
    }
}

/* Something must decide whether an operator is right. */
static void check_evidence(plan *p, const expops_operator *op, size_t before)
{
    const test_reference *reference = test_reference_find(op->name);
    const int expected = (int)expops_operator_parameter_count(op);
    if (reference && reference->element && reference->count != expected)
        add(p, op, "reference", "")->problem = "its REFERENCE takes another number of arguments than it has parameters";
    if (p->count == before)
        add(p, op, "reference", "")->problem = "it has neither a reference nor an answer of PyTorch";
}

static void add_operator(plan *p, const expops_operator *op)
{
    const size_t before = p->count;
    for (int dtype = 0; dtype < EXPOPS_DTYPE_COUNT; dtype++) {
        const char *group = expops_dtype_name((expops_dtype)dtype);
        add_kinds(p, op, test_meeting_kinds, (expops_dtype)dtype, group); /* refusals, too */
        if (!(expops_operator_dtypes(op) >> dtype & 1))
            continue;
        add_kinds(p, op, test_pointwise_kinds, (expops_dtype)dtype, group);
        add_kinds(p, op, test_row_kinds, (expops_dtype)dtype, group);
        add_kinds(p, op, test_complex_kinds, (expops_dtype)dtype, group);
        add_kinds(p, op, test_law_kinds, (expops_dtype)dtype, group);
    }
    add_golden(p, op);
    check_evidence(p, op, before);
    add_kinds(p, op, test_error_kinds, test_first_dtype(op->dtypes), "");
}

static void run(void **state)
{
    item *it = *state;
    if (it->problem)
        fail_msg("%s: %s", it->subject.op->name, it->problem);
    if (!it->kind && test_golden_exception(it->golden, it->index)) {
        print_message("left out: %s\n", test_golden_exception(it->golden, it->index));
        skip();
    }
    const int failures = it->kind ? it->kind->run(&it->subject)
                                  : test_golden_run(it->golden, it->index, it->subject.device, it->subject.op);
    if (failures)
        fail_msg("%d failures in %s", failures, it->name);
}

static void add_operators(plan *p)
{
    const test_shard shard = test_session_shard();
    const size_t num_operators = expops_operator_count();
    p->golden = calloc(num_operators + 1, sizeof(*p->golden));
    for (size_t i = shard.first; p->golden && i < num_operators; i += shard.step)
        add_operator(p, expops_operator_at(i));
}

static int run_all(plan *p, const char *pattern)
{
    struct CMUnitTest *tests = calloc(p->count, sizeof(*tests));
    if (!tests)
        return TEST_EXIT_BROKEN;
    for (size_t i = 0; i < p->count; i++)
        tests[i] = (struct CMUnitTest){ p->items[i].name, run, NULL, NULL, &p->items[i] };
    const int result = test_session_run("operators", tests, p->count, pattern);
    free(tests);
    return result;
}

int main(int argc, char **argv)
{
    int result = 0;
    plan p = { 0 };
    p.device = test_session_open(&result);
    if (!p.device)
        return result;
    add_operators(&p);
    result = run_all(&p, argc > 1 ? argv[1] : NULL);
    for (size_t i = 0; i < p.num_golden; i++)
        test_golden_close(p.golden[i]);
    free(p.golden);
    free(p.items);
    expops_device_close(&p.device);
    return result;
}
