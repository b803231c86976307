/* Attention by its definition, a row of query at a time in long double, over shapes that broadcast, heads that are shared and
 * layouts that are odd; and what needs no definition: with one key the output is its value. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/device.h"
#include "cases.h"

enum { QUERY, KEY, VALUE, ATTN_MASK };
enum masked { FREE, ADDED, TRUTH, CAUSAL };

typedef struct attention_case {
    int32_t ndim[3];
    int64_t shape[3][4];
    enum masked masked;
    int64_t mask[2];
    int gqa;
    double scale; /* 0: absent */
    int infinite; /* 1: an element of the value is infinity; with equal weights, too, which leave nothing of an f32's low
                   * bits; 2: one of the key, so that rows of query take nothing of it, or are NaN */
    enum test_layout layout;
} attention_case;

int test_is_attention(const expops_operator *op, expops_dtype dtype)
{
    return strstr(op->name, "scaled_dot_product_attention") != NULL;
}

/* --- the call --- */

static size_t parameter(const test_call *call, const char *name)
{
    size_t i = 0;
    while (call->op->parameters[i].name && strcmp(call->op->parameters[i].name, name) != 0)
        i++;
    return i;
}

static int make_call(test_call *call, test_subject *subject, const attention_case *c)
{
    int ok = 1;
    for (size_t i = QUERY; ok && i <= VALUE; i++) {
        ok = test_call_tensor(call, i, subject->dtype, c->ndim[i], c->shape[i], c->layout, (int64_t)i);
        if (ok)
            test_draw(call, i, &subject->random);
    }
    const expops_dtype mask = c->masked == TRUTH ? EXPOPS_DTYPE_BOOL : subject->dtype;
    if (ok && (c->masked == ADDED || c->masked == TRUTH)) {
        ok = test_call_tensor(call, ATTN_MASK, mask, 2, c->mask, c->layout, 1);
        for (int64_t k = 0; ok && k < test_array_numel(&call->arrays[ATTN_MASK]); k++)
            test_array_set(&call->arrays[ATTN_MASK], test_array_index(&call->arrays[ATTN_MASK], 2, c->mask, k),
                           test_random_element(&subject->random, mask, -2, 2));
    }
    if (ok && c->infinite) {
        test_array *const array = &call->arrays[c->infinite == 1 ? VALUE : KEY];
        test_array_set(array, array->first, (test_value){ INFINITY, 0 });
    }
    if (c->masked == CAUSAL)
        call->args[parameter(call, "is_causal")] = expops_bool(1);
    if (c->gqa)
        call->args[parameter(call, "enable_gqa")] = expops_bool(1);
    if (c->scale != 0)
        call->args[parameter(call, "scale")] = expops_real(c->scale);
    return ok;
}

/* --- the definition --- */

/* The matrices of one place among the dimensions before them, row by row, and a row's weights. */
typedef struct matrices {
    long double *of[VALUE + 1], *weights;
} matrices;

/* `batch` is the place, of the output's shape. */
static void load_matrix(const test_call *call, size_t argument, const int64_t *batch, int gqa, long double *to)
{
    const test_array *array = &call->arrays[argument];
    const int32_t own = array->ndim - 2, all = call->result.ndim - 2;
    int64_t start = array->first;
    for (int32_t d = 0; d < own; d++) {
        int64_t at = batch[all - own + d];
        if (gqa && d == own - 1)
            at /= call->result.shape[all - 1] / array->shape[d];
        start += array->shape[d] > 1 ? at * array->strides[d] : 0;
    }
    for (int64_t row = 0; row < array->shape[own]; row++)
        for (int64_t column = 0; column < array->shape[own + 1]; column++)
            *to++ = test_array_get(array, start + row * array->strides[own] + column * array->strides[own + 1]).re;
}

/* What is added to a score. The function of lower level adds truth values as numbers. */
static long double mask_of(const test_call *call, const attention_case *c, int64_t row, int64_t column)
{
    const test_array *mask = &call->arrays[ATTN_MASK];
    const int64_t at[] = { mask->shape[0] > 1 ? row : 0, mask->shape[1] > 1 ? column : 0 };
    if (c->masked == CAUSAL)
        return column > row ? -INFINITY : 0;
    if (c->masked == FREE)
        return 0;
    const long double value =
        test_array_get(mask, mask->first + at[0] * mask->strides[0] + at[1] * mask->strides[1]).re;
    const int keeps = c->masked == TRUTH && call->op->name[0] != '_';
    return keeps ? (value != 0 ? 0 : -INFINITY) : value;
}

/* The weights of one row; returns how far rounded operands may move a score. */
static long double weigh(const test_call *call, const attention_case *c, const matrices *m, int64_t row, int64_t count)
{
    const int64_t size = c->shape[QUERY][c->ndim[QUERY] - 1];
    const long double *const query = m->of[QUERY] + row * size;
    long double *const weights = m->weights;
    const long double scale = c->scale != 0 ? (long double)c->scale : 1 / sqrtl((long double)size);
    long double most = -INFINITY, sum = 0, terms = 0;
    for (int64_t column = 0; column < count; column++) {
        const long double *const key = m->of[KEY] + column * size;
        long double score = 0, absolute = 0;
        for (int64_t e = 0; e < size; e++) {
            const long double term = scale * query[e] * key[e];
            score += term;
            absolute += isfinite(term) ? fabsl(term) : 0;
        }
        const long double added = mask_of(call, c, row, column);
        weights[column] = score + added;
        absolute += isfinite(added) ? fabsl(added) : 0;
        most = weights[column] > most ? weights[column] : most;
        terms = absolute > terms ? absolute : terms;
    }
    for (int64_t column = 0; column < count; column++)
        sum += weights[column] = most == -INFINITY ? 0 : expl(weights[column] - most);
    for (int64_t column = 0; column < count; column++)
        weights[column] /= sum == 0 ? 1 : sum;
    return terms;
}

/* --- judging --- */

/* A unit of the arithmetic for each of a few steps; sums of n terms err like a random walk. */
static long double unit_of(const test_call *call, int64_t length)
{
    const int is_double = call->result.dtype == EXPOPS_DTYPE_F64;
    return (4 + sqrtl((long double)length) / 4) * (is_double ? 0x1p-52L : 0x1p-23L);
}

/* What rounding weights to a half type may cost, where matrix instructions multiply them: of each a rounding of its own and, as f16 has
 * no numbers below 2^-24, of the row's largest, which the others are fractions of then, half of that. */
typedef struct rounded {
    long double weight, largest;
} rounded;

static rounded rounded_of(const test_call *call)
{
    const expops_device_info *info = &call->device->info;
    const int is_one_leaf = call->op->name[0] != '_';
    const int by_matrix = is_one_leaf && info->prelude && strstr(info->prelude, "define XK_MATRIX 1");
    const int short_weights = by_matrix || (is_one_leaf && info->caps & EXPOPS_CAP_SHORT_WEIGHTS);
    if (by_matrix && call->result.dtype == EXPOPS_DTYPE_F16)
        return (rounded){ 0x1p-11L, 0x1p-25L };
    return (rounded){ short_weights && call->result.dtype == EXPOPS_DTYPE_BF16 ? 0x1p-8L : 0, 0 };
}

static int judge(test_call *call, const int64_t *batch, int64_t row, int64_t column, long double value,
                 long double slack)
{
    const test_array *out = test_call_out(call);
    const test_answer answer = { .value = { value, 0 }, .slack = isfinite(value) ? slack : 0 };
    int64_t index = out->first + row * out->strides[out->ndim - 2] + column * out->strides[out->ndim - 1], position = 0;
    for (int32_t d = 0; d < out->ndim - 2; d++) {
        const int64_t at = out->shape[d] > 1 ? batch[call->result.ndim - out->ndim + d] : 0;
        index += at * out->strides[d];
        position = position * out->shape[d] + at;
    }
    position = (position * out->shape[out->ndim - 2] + row) * out->shape[out->ndim - 1] + column;
    const test_value actual = test_image_get(out, call->image, index);
    return test_answer_holds(call, &answer, actual, 0) ? 0 : test_judge_report(call, position, actual, answer.value);
}

/* Both results of one row of query. */
static int judge_row(test_call *call, const attention_case *c, const int64_t *batch, int64_t row, const matrices *m)
{
    const int64_t count = c->shape[KEY][c->ndim[KEY] - 2], columns = call->result.shape[call->result.ndim - 1];
    const int64_t size = c->shape[QUERY][c->ndim[QUERY] - 1];
    const long double moves = 2 * weigh(call, c, m, row, count) * unit_of(call, size), *const weights = m->weights;
    const rounded rounded = rounded_of(call);
    const int has_weights = test_call_outputs(call) > 1 && call->more[0].out.ndim == call->result.ndim;
    long double largest = 0;
    int wrong = 0;
    for (int64_t s = 0; s < count; s++)
        largest = fmaxl(largest, weights[s]);
    for (int64_t column = 0; column < columns; column++) {
        long double sum = 0, absolute = 0, values = 0;
        for (int64_t s = 0; s < count; s++) {
            const long double value = m->of[VALUE][s * columns + column], term = weights[s] * value;
            sum += term;
            absolute += fabsl(term);
            values += fabsl(value);
        }
        wrong += judge(call, batch, row, column, sum,
                       absolute * (moves + unit_of(call, count) + rounded.weight) + largest * values * rounded.largest);
    }
    test_call_swap(call, 1 * (size_t)has_weights);
    for (int64_t s = 0; has_weights && s < count; s++)
        wrong += judge(call, batch, row, s, weights[s], weights[s] * moves);
    test_call_swap(call, 1 * (size_t)has_weights);
    return wrong;
}

static int make_matrices(matrices *m, const attention_case *c)
{
    int ok = 1;
    for (size_t i = QUERY; i <= VALUE; i++) {
        const int64_t *const shape = c->shape[i] + c->ndim[i] - 2;
        m->of[i] = malloc((size_t)(shape[0] * shape[1]) * sizeof(*m->of[i]));
        ok &= m->of[i] != NULL;
    }
    m->weights = malloc((size_t)c->shape[KEY][c->ndim[KEY] - 2] * sizeof(*m->weights));
    return ok && m->weights;
}

static void free_matrices(matrices *m)
{
    for (size_t i = QUERY; i <= VALUE; i++)
        free(m->of[i]);
    free(m->weights);
}

static int judge_call(test_call *call, const attention_case *c)
{
    const int32_t outer = call->result.ndim - 2;
    int64_t places = 1, batch[EXPOPS_MAX_RANK];
    matrices m;
    const int made = make_matrices(&m, c);
    int wrong = !made;
    for (int32_t d = 0; d < outer; d++)
        places *= call->result.shape[d];
    for (int64_t k = 0; made && k < places; k++) {
        int64_t rest = k;
        for (int32_t d = outer; d-- > 0; rest /= call->result.shape[d])
            batch[d] = rest % call->result.shape[d];
        for (size_t i = QUERY; i <= VALUE; i++)
            load_matrix(call, i, batch, c->gqa && i != QUERY, m.of[i]);
        for (int64_t row = 0; row < call->result.shape[outer]; row++)
            wrong += judge_row(call, c, batch, row, &m);
    }
    free_matrices(&m);
    return wrong;
}

static int run_case(test_subject *subject, const attention_case *c, enum test_layout out)
{
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "attention");
    int failures =
        !make_call(&call, subject, c) || test_call_infer(&call) || !test_call_output(&call, call.result.dtype, out, 1);
    const int run = failures ? failures : test_call_run(&call);
    failures = run > 0 ? run : run < 0 ? 0 : judge_call(&call, c);
    test_call_end(&call);
    return failures;
}

/* The output is the value's only row, whatever query and key are. */
static int run_one_key(test_subject *subject, int64_t rows)
{
    const attention_case one = { { 3, 3, 3 }, { { 3, rows, 5 }, { 3, 1, 5 }, { 3, 1, 6 } }, FREE, { 0 }, 0, 0, 0,
                                 TEST_COMPACT };
    test_call call;
    test_call_begin(&call, subject->device, subject->op, "one key");
    int failures =
        !make_call(&call, subject, &one) || test_call_infer(&call) || !test_call_output(&call, call.result.dtype, 0, 0);
    const int run = failures ? failures : test_call_run(&call);
    failures = run > 0;
    for (int64_t k = 0; run == 0 && k < test_array_numel(&call.out); k++) {
        const test_value value =
            test_array_get(&call.arrays[VALUE], call.arrays[VALUE].first + k / (rows * 6) * 6 + k % 6);
        const test_value actual = test_image_get(&call.out, call.image, call.out.first + k);
        failures += actual.re != value.re && test_judge_report(&call, k, actual, value);
    }
    test_call_end(&call);
    return failures;
}

/* Leaves a row the columns up to its own. */
static int draw_triangle(test_call *call, const attention_case *c)
{
    const int64_t shape[] = { c->shape[QUERY][c->ndim[QUERY] - 2], c->shape[KEY][c->ndim[KEY] - 2] };
    const int ok = test_call_tensor(call, ATTN_MASK, call->arrays[QUERY].dtype, 2, shape, TEST_COMPACT, 1);
    for (int64_t k = 0; ok && k < shape[0] * shape[1]; k++)
        test_array_set(&call->arrays[ATTN_MASK], call->arrays[ATTN_MASK].first + k,
                       (test_value){ k % shape[1] <= k / shape[1] ? 0 : -INFINITY, 0 });
    return ok;
}

/* is_causal is a mask, but that of scores that are nothing nothing is computed: both are as far from the definition as unit_of and
 * rounded_of allow, of values up to 2 and scores of up to 16 terms of size 1. */
static int run_causal_is_a_mask(test_subject *subject)
{
    static const attention_case causal = {
        { 3, 3, 3 }, { { 2, 150, 16 }, { 2, 140, 16 }, { 2, 140, 16 } }, CAUSAL, { 0 }, 0, 0, 0, TEST_COMPACT
    };
    attention_case masked = causal;
    test_call calls[2];
    test_subject same = *subject;
    masked.masked = FREE;
    test_call_begin(&calls[0], subject->device, subject->op, "causal");
    test_call_begin(&calls[1], subject->device, subject->op, "causal by a mask");
    int failures = !make_call(&calls[0], subject, &causal) || !make_call(&calls[1], &same, &masked) ||
                   !draw_triangle(&calls[1], &causal);
    for (size_t i = 0; !failures && i < 2; i++)
        failures = test_call_infer(&calls[i]) || !test_call_output(&calls[i], calls[i].result.dtype, 0, 0);
    const int first = failures ? failures : test_call_run(&calls[0]), run = first ? first : test_call_run(&calls[1]);
    const long double slack = 4 * (32 * unit_of(&calls[0], 16) + rounded_of(&calls[0]).weight);
    for (int64_t k = 0; run == 0 && k < test_array_numel(&calls[0].out); k++) {
        const test_answer other = { .value = test_image_get(&calls[1].out, calls[1].image, calls[1].out.first + k),
                                    .slack = slack };
        const test_value actual = test_image_get(&calls[0].out, calls[0].image, calls[0].out.first + k);
        failures +=
            !test_answer_accepts(&calls[0], &other, actual, 1) && test_judge_report(&calls[0], k, actual, other.value);
    }
    test_call_end(&calls[0]);
    test_call_end(&calls[1]);
    return failures + (run > 0);
}

int test_run_attention(test_subject *subject)
{
    static const attention_case cases[] = {
        { { 3, 3, 3 }, { { 2, 260, 32 }, { 2, 264, 32 }, { 2, 264, 72 } }, FREE, { 0 }, 0, 0, 1, TEST_COMPACT },
        { { 3, 3, 3 }, { { 2, 131, 72 }, { 2, 150, 72 }, { 2, 150, 128 } }, FREE, { 0 }, 0, 0, 2, TEST_COMPACT },
        { { 3, 3, 3 }, { { 2, 200, 40 }, { 2, 190, 40 }, { 2, 190, 33 } }, CAUSAL, { 0 }, 0, -0.3, 2, TEST_SLICED },
        /* scores of up to 190 */
        { { 2, 2, 2 }, { { 66, 4 }, { 16384, 4 }, { 16384, 4 } }, FREE, { 0 }, 0, 12, 0, TEST_COMPACT },
        { { 2, 2, 2 }, { { 37, 19 }, { 70, 19 }, { 70, 33 } }, FREE, { 0 }, 0, 0, 0, TEST_COMPACT },
        { { 4, 4, 4 }, { { 2, 3, 17, 16 }, { 2, 3, 34, 16 }, { 2, 3, 34, 16 } }, CAUSAL, { 0 }, 0, 0, 0, TEST_SLICED },
        { { 4, 4, 4 },
          { { 2, 6, 9, 8 }, { 1, 2, 130, 8 }, { 2, 3, 130, 5 } },
          TRUTH,
          { 9, 130 },
          1,
          0.7,
          0,
          TEST_COMPACT },
        { { 4, 3, 2 },
          { { 2, 1, 5, 65 }, { 3, 129, 65 }, { 129, 64 } },
          ADDED,
          { 1, 129 },
          0,
          -0.25,
          0,
          TEST_TRANSPOSED },
        { { 3, 3, 3 }, { { 2, 66, 64 }, { 2, 64, 64 }, { 2, 64, 64 } }, CAUSAL, { 0 }, 0, 0.125, 0, TEST_REVERSED },
        { { 2, 2, 2 }, { { 40, 32 }, { 64, 32 }, { 64, 64 } }, FREE, { 0 }, 0, 1e-30, 1, TEST_COMPACT },
        { { 3, 3, 3 }, { { 2, 70, 128 }, { 2, 75, 128 }, { 1, 75, 104 } }, TRUTH, { 70, 1 }, 0, 0, 0, TEST_COMPACT },
        { { 4, 4, 4 },
          { { 2, 6, 33, 40 }, { 1, 2, 131, 40 }, { 2, 2, 131, 24 } },
          CAUSAL,
          { 0 },
          1,
          0,
          0,
          TEST_COMPACT },
        { { 4, 4, 4 },
          { { 1, 4, 66, 16 }, { 1, 2, 70, 16 }, { 1, 2, 70, 8 } },
          TRUTH,
          { 1, 70 },
          1,
          -2,
          0,
          TEST_SLICED },
        { { 3, 4, 3 }, { { 1, 4, 24 }, { 2, 3, 7, 24 }, { 3, 7, 1 } }, ADDED, { 4, 7 }, 0, 0, 0, TEST_STEPPED },
        { { 2, 2, 2 }, { { 66, 72 }, { 520, 72 }, { 520, 66 } }, FREE, { 0 }, 0, 0, 0, TEST_COMPACT },
        { { 2, 2, 2 }, { { 275, 128 }, { 270, 128 }, { 270, 16 } }, CAUSAL, { 0 }, 0, 0, 0, TEST_COMPACT },
        { { 2, 2, 2 }, { { 260, 24 }, { 270, 24 }, { 270, 64 } }, CAUSAL, { 0 }, 0, 0, 0, TEST_COMPACT },
        { { 2, 2, 2 }, { { 129, 16 }, { 300, 16 }, { 300, 72 } }, ADDED, { 129, 300 }, 0, -0.3, 0, TEST_COMPACT },
    };
    /* Compilers of some devices take seconds for each kernel, and an interpreter for the first case: for one type all of the first three
     * and the laws, for the others one or two. */
    const int all = test_depth(subject->device) != 0, main = subject->dtype == EXPOPS_DTYPE_F32;
    const size_t first = all || main ? 0 : subject->dtype == EXPOPS_DTYPE_BF16 ? 2 : 1;
    const size_t end = all ? sizeof(cases) / sizeof(cases[0]) : subject->dtype == EXPOPS_DTYPE_F16 ? 2 : 3;
    int failures = run_one_key(subject, 9);
    failures += all || main ? run_one_key(subject, 21) + run_causal_is_a_mask(subject) : 0;
    for (size_t i = first; i < end; i++)
        failures += run_case(subject, &cases[i], i % 2 ? TEST_TRANSPOSED : TEST_COMPACT);
    return failures;
}
