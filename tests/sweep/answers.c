#include "answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kept.h"
#include "referee.h"

/* What the referee is asked, all of it: not how the operands lie, nor who computes with them. A long double's padding is no part. */
static uint64_t hash_arguments(const test_call *call, const test_reference *own, int64_t numel)
{
    enum { DIGITS = 10 };
    uint64_t hash = 1;
    for (int64_t k = 0; k < numel; k++) {
        long double arguments[EXPOPS_MAX_PARAMETERS] = { 0 };
        test_arguments(call, k, arguments);
        for (int i = 0; i < own->count; i++)
            hash = kept_hash(hash, &arguments[i], sizeof(long double) < DIGITS ? sizeof(long double) : DIGITS);
    }
    return hash;
}

static kept_key key_of(const sweep_subject *subject, const test_call *call, const test_reference *own)
{
    const int64_t numel = test_array_numel(&call->out);
    kept_key key = { .code = kept_code(), .count = (uint64_t)numel };
    snprintf(key.name, sizeof key.name, "%s.%s.%d", subject->op->name, expops_dtype_name(subject->dtype),
             subject->choice);
    key.inputs = hash_arguments(call, own, numel);
    return key;
}

static void work_out(const test_call *call, const referee *judge, const test_reference *own, long double *answers)
{
    const int64_t numel = test_array_numel(&call->out);
    for (int64_t k = 0; k < numel; k++) {
        long double arguments[EXPOPS_MAX_PARAMETERS] = { 0 };
        test_arguments(call, k, arguments);
        answers[k] = referee_answer(judge, own, arguments);
    }
}

long double *sweep_answers(const sweep_subject *subject, const test_call *call)
{
    const test_reference *own = test_reference_find(call->op->name);
    const referee *judge = referee_find(call->op->name);
    long double *answers = calloc((size_t)test_array_numel(&call->out) + 1, sizeof *answers);
    if (!answers)
        return NULL;
    const int is_dear = judge && getenv("EXPOPS_TEST_ANSWERS");
    const kept_key key = is_dear ? key_of(subject, call, own) : (kept_key){ .count = 0 };
    if (is_dear && kept_find(&key, answers))
        return answers;
    memset(answers, 0, (size_t)test_array_numel(&call->out) * sizeof *answers); /* padding, too */
    work_out(call, judge, own, answers);
    if (is_dear)
        kept_store(&key, answers);
    return answers;
}
