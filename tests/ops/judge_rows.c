/* Whether the results of an operator over rows are right. */
#include "judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Dimensions by number, all where none is named; of a map that takes a list, the sizes of the last ones. */
static void find_walked(const test_call *call, int32_t ndim, test_row_plan *plan)
{
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_value *value = &call->args[i];
        const int list = call->op->parameters[i].kind == EXPOPS_PARAMETER_INTS;
        const uint32_t count = list && value->kind == EXPOPS_VALUE_INTS ? value->count : 0;
        if (call->op->parameters[i].kind == EXPOPS_PARAMETER_BOOL)
            plan->keepdim = value->kind == EXPOPS_VALUE_BOOL && value->as.integer;
        const int is_dim = call->op->parameters[i].kind == EXPOPS_PARAMETER_INT;
        const int left_out = is_dim && value->kind == EXPOPS_VALUE_NONE && !call->op->parameters[i].has_default;
        const int64_t named =
            value->kind == EXPOPS_VALUE_INT ? value->as.integer : (int64_t)call->op->parameters[i].default_value;
        if (is_dim && !left_out && ndim)
            plan->walked[named < 0 ? named + ndim : named] = 1;
        for (uint32_t k = 0; k < count && ndim; k++) { /* a tensor of no dimensions may name its last */
            const int64_t dim = call->op->family == EXPOPS_FAMILY_MAP ? (int64_t)k - count : value->as.integers[k];
            plan->walked[dim < 0 ? dim + ndim : dim] = 1;
        }
        const int none =
            call->op->parameters[i].drafted && value->kind == EXPOPS_VALUE_INTS; /* an empty list names none */
        if (((list && !count && !none) || left_out) && call->op->family == EXPOPS_FAMILY_REDUCE)
            memset(plan->walked, 1, (size_t)ndim);
    }
}

/* A reduction that names no dimensions walks the last ones. */
static int names_dims(const expops_operator *op)
{
    int named = 0;
    for (size_t i = 0; op->parameters[i].name; i++)
        named |= op->parameters[i].kind == EXPOPS_PARAMETER_INT || op->parameters[i].kind == EXPOPS_PARAMETER_INTS;
    return named;
}

expops_status test_plan_rows(const test_call *call, test_row_plan *plan)
{
    const test_array *x = &call->arrays[0];
    expops_result result;
    memset(plan, 0, sizeof(*plan));
    const expops_status status = expops_infer(call->op, call->args, call->num_args, &result, 1);
    if (status == EXPOPS_OK)
        find_walked(call, x->ndim, plan);
    if (status == EXPOPS_OK && call->op->family == EXPOPS_FAMILY_REDUCE && !names_dims(call->op))
        memset(plan->walked + result.ndim, 1, (size_t)(x->ndim - result.ndim));
    plan->length = plan->rows = 1;
    for (int i = 0; i < x->ndim; i++)
        *(plan->walked[i] ? &plan->length : &plan->rows) *= x->shape[i];
    return status;
}

/* Row-major position in the first input of element `k` of row `row`. */
static int64_t position_of(const test_array *x, const test_row_plan *plan, int64_t row, int64_t k)
{
    int64_t position = 0, weight = 1;
    for (int i = x->ndim - 1; i >= 0; i--) {
        int64_t *left = plan->walked[i] ? &k : &row;
        position += *left % x->shape[i] * weight;
        *left /= x->shape[i];
        weight *= x->shape[i];
    }
    return position;
}

static void numbers_of(const test_call *call, long double *numbers)
{
    const expops_dtype common = call->types.common;
    const expops_dtype precise = common == EXPOPS_DTYPE_F16 || common == EXPOPS_DTYPE_BF16 ? EXPOPS_DTYPE_F32 : common;
    int count = 0;
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_parameter *parameter = &call->op->parameters[i];
        const expops_value value = call->args[i];
        if (parameter->kind != EXPOPS_PARAMETER_NUMBER && parameter->kind != EXPOPS_PARAMETER_CHOICE)
            continue;
        numbers[count++] =
            value.kind == EXPOPS_VALUE_NONE
                ? (!parameter->has_default ? test_ulp(precise, 1) : (long double)parameter->default_value)
            : value.kind == EXPOPS_VALUE_REAL ? test_round(precise, (long double)value.as.real)
                                              : (long double)value.as.integer;
    }
}

/* One of a row's answers, given those beside it. */
static test_answer answer_of(long double value, long double below, long double above)
{
    test_answer answer = { .value = { value, 0 } };
    answer.unknown = !isfinite(value) != !isfinite(below) || !isfinite(value) != !isfinite(above);
    if (isfinite(value) && !answer.unknown)
        answer.slack = fmaxl(fabsl(below - value), fabsl(above - value));
    return answer;
}

/* The rows of a call as its reference sees them. */
typedef struct row_reader {
    test_row_plan plan;
    const test_array *x, *others[2]; /* of the shape of a row, or of the first one's */
    const test_reference *reference;
    expops_row_reference r;
    long double *memory, *room;                        /* for four more rows */
    int beside;                                        /* the others may be left out: weights */
    enum { REAL_PARTS, IMAGINARY_PARTS, MODULI } read; /* of complex numbers */
    int lost;                                          /* the row has an element that the common type does not hold */
} row_reader;

static int reader_begin(row_reader *reader, const test_call *call)
{
    memset(reader, 0, sizeof *reader);
    reader->reference = test_reference_find(call->op->name);
    reader->x = &call->arrays[0];
    for (size_t i = 1, count = 0; i < call->num_args && count < 2; i++)
        if (call->op->parameters[i].kind == EXPOPS_PARAMETER_TENSOR) {
            reader->beside = call->op->parameters[i].optional != 0;
            reader->others[count++] = call->arrays[i].host ? &call->arrays[i] : NULL;
        }
    if (test_plan_rows(call, &reader->plan) != EXPOPS_OK)
        return 0;
    const size_t length = reader->plan.length > 0 ? (size_t)reader->plan.length : 1;
    long double *const memory = calloc(9 * length, sizeof *memory);
    reader->memory = memory;
    reader->r = (expops_row_reference){ .n = reader->plan.length,
                                        .x = memory,
                                        .weight = reader->others[0] ? memory + length : NULL,
                                        .bias = reader->others[1] ? memory + 2 * length : NULL,
                                        .out = memory ? memory + 3 * length : NULL,
                                        .error = memory ? memory + 4 * length : NULL };
    reader->room = memory ? memory + 5 * length : NULL;
    numbers_of(call, reader->r.numbers);
    return memory != NULL;
}

static expops_dtype real_of(expops_dtype dtype)
{
    return dtype == EXPOPS_DTYPE_C64 ? EXPOPS_DTYPE_F32 : dtype == EXPOPS_DTYPE_C128 ? EXPOPS_DTYPE_F64 : dtype;
}

static long double read_at(row_reader *reader, const test_call *call, const test_array *from, int64_t position)
{
    const test_value value = test_array_get(from, test_array_index(from, from->ndim, from->shape, position));
    const expops_dtype common = call->types.common;
    if (reader->read == MODULI)
        return hypotl(value.re, value.im);
    if (test_is_complex(common))
        return test_round(real_of(common), reader->read == REAL_PARTS ? value.re : value.im);
    const int exact = call->op->parameters[from - call->arrays].meets == EXPOPS_MEETS_EXACT;
    if (exact || (from != reader->x && reader->beside)) /* a weight meets the row as it is */
        return value.re;
    const long double element = test_convert(common, value.re); /* as PyTorch converts */
    reader->lost |= test_is_integer(common) && !(fabsl(element - value.re) < 1);
    return element;
}

static void reader_row(row_reader *reader, const test_call *call, int64_t row)
{
    const int64_t outs = call->op->family == EXPOPS_FAMILY_REDUCE ? 1 : reader->r.n;
    reader->lost = 0;
    for (int64_t k = 0; k < reader->r.n; k++) {
        const int64_t position = position_of(reader->x, &reader->plan, row, k);
        reader->memory[k] = read_at(reader, call, reader->x, position);
        for (int i = 0; i < 2; i++)
            if (reader->others[i])
                reader->memory[(i + 1) * reader->r.n + k] =
                    read_at(reader, call, reader->others[i], reader->others[i]->ndim == reader->x->ndim ? position : k);
    }
    memset(reader->r.error, 0, (size_t)outs * sizeof *reader->r.error);
    reader->reference->row(&reader->r);
}

/* A part of a complex number by itself. */
static test_value part_of(const row_reader *reader, test_value value)
{
    return (test_value){ reader->read == IMAGINARY_PARTS ? value.im : value.re, 0 };
}

/* Where the output has a row's element. */
static int64_t out_position(const row_reader *reader, const test_call *call, int64_t row, int64_t k)
{
    return call->op->family == EXPOPS_FAMILY_REDUCE ? row : position_of(reader->x, &reader->plan, row, k);
}

/* What the reference grants its k-th answer, and the arithmetic's last rounding where a half type rounds once more. */
static long double error_of(const test_call *call, const expops_row_reference *r, int64_t k)
{
    const int half = call->types.result == EXPOPS_DTYPE_F16 || call->types.result == EXPOPS_DTYPE_BF16;
    return (r->error[k] + (half ? fabsl(r->out[k]) : 0)) * test_rounding(call->types.common);
}

/* Judges one row's results. Where the reference says nothing of errors, n rounded terms err like a random walk. */
static int judge_row(test_call *call, row_reader *reader, int64_t row)
{
    const expops_row_reference *r = &reader->r;
    const test_array *out = test_call_out(call);
    const int reduce = call->op->family == EXPOPS_FAMILY_REDUCE;
    const int precise = call->types.result == EXPOPS_DTYPE_F32 || call->types.result == EXPOPS_DTYPE_F64;
    const double walk = precise && r->error[0] == 0 ? sqrt((double)r->n) / 4 : 0;
    const int sign_is_free = test_row_sign_is_free(call, r, reader->room);
    int wrong = 0;
    test_row_beside(call, r, -2 - walk, reader->room);
    test_row_beside(call, r, 2 + walk, reader->room + r->n);
    for (int64_t k = 0; k < (reduce ? 1 : r->n); k++) {
        const int64_t position = out_position(reader, call, row, k);
        const test_value actual =
            part_of(reader, test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, position)));
        test_answer answer = answer_of(r->out[k], reader->room[k], reader->room[r->n + k]);
        answer.unknown |= reader->lost || isinf(r->error[k]);
        answer.slack += isfinite(r->out[k]) ? error_of(call, r, k) : 0;
        answer.slack +=
            test_bound(call->op, call->types.result) > 0 ? test_underflow_slack(call->types.result, r->out[k]) : 0;
        answer.sign_is_free = sign_is_free;
        if (!test_answer_holds(call, &answer, actual, walk))
            wrong += test_judge_report(call, position, actual, answer.value);
    }
    return wrong;
}

/* The product of a row's complex numbers, from 1 on. Each multiplication may be off by sqrt(5) roundings of its modulus. */
static test_answer product_of(const test_call *call, const row_reader *reader, int64_t row)
{
    const expops_dtype real = real_of(call->types.common);
    test_value product = { 1, 0 };
    for (int64_t k = 0; k < reader->r.n; k++) {
        const int64_t at = position_of(reader->x, &reader->plan, row, k);
        const test_value z =
            test_array_get(reader->x, test_array_index(reader->x, reader->x->ndim, reader->x->shape, at));
        const long double re = test_round(real, z.re), im = test_round(real, z.im);
        product = (test_value){ product.re * re - product.im * im, product.re * im + product.im * re };
    }
    return (test_answer){ .value = product,
                          .slack = sqrtl(5) * reader->r.error[0] * test_rounding(call->types.common),
                          .unknown = isinf(reader->r.error[0]) };
}

/* What a factor that is not finite leaves of the product is decided by the order, which in PyTorch depends on the layout. But neither
 * part is finite: each is a difference or a sum with an infinity, or its product with 0, and so is what comes of the next factor. */
static int accepts_product(const test_call *call, const test_answer *answer, test_value actual, long double modulus)
{
    if (!isfinite(modulus))
        return !isfinite(actual.re) && !isfinite(actual.im);
    if (actual.re == 0) /* of what sign is a matter of order, too */
        actual.re = copysignl(0, answer->value.re);
    if (actual.im == 0)
        actual.im = copysignl(0, answer->value.im);
    return test_answer_accepts(call, answer, actual, 0);
}

static int judge_product(test_call *call, row_reader *reader, int64_t row)
{
    const test_array *out = test_call_out(call);
    const test_value actual = test_image_get(out, call->image, test_array_index(out, out->ndim, out->shape, row));
    const test_answer answer = product_of(call, reader, row);
    return accepts_product(call, &answer, actual, reader->r.out[0])
               ? 0
               : test_judge_report(call, row, actual, answer.value);
}

static int is_product(const test_call *call)
{
    return !strcmp(call->op->name, "prod");
}

int test_judges_complex_rows(const test_call *call)
{
    return test_is_complex(call->types.common) && call->types.common == call->types.result &&
           (is_product(call) || !strcmp(call->op->name, "sum") || !strcmp(call->op->name, "mean"));
}

static int judge_all(test_call *call, row_reader *reader, int (*judge)(test_call *, row_reader *, int64_t))
{
    int wrong = 0;
    for (int64_t row = 0; row < reader->plan.rows; row++) {
        reader_row(reader, call, row);
        wrong += judge(call, reader, row);
    }
    return wrong;
}

int test_judge_rows(test_call *call)
{
    row_reader reader;
    int wrong;
    if (!reader_begin(&reader, call))
        return test_report(call, "rows: %s", reader.r.n ? "no memory for the reference" : expops_error_text());
    if (test_is_complex(call->types.common) && is_product(call)) {
        reader.read = MODULI;
        wrong = judge_all(call, &reader, judge_product);
    } else {
        wrong = judge_all(call, &reader, judge_row);
    }
    if (test_is_complex(call->types.common) && !is_product(call)) {
        reader.read = IMAGINARY_PARTS;
        wrong += judge_all(call, &reader, judge_row);
    }
    free(reader.memory);
    return wrong;
}

test_answer *test_row_answers(const test_call *call)
{
    const test_reference *reference = test_reference_find(call->op->name);
    const int64_t numel = test_array_numel(test_call_out(call));
    row_reader reader;
    if (!reference || !reference->row || !reader_begin(&reader, call))
        return NULL;
    test_answer *const answers = calloc(numel > 0 ? (size_t)numel : 1, sizeof *answers);
    reader.read = test_is_complex(call->types.common) ? MODULI : REAL_PARTS;
    for (int64_t row = 0; answers && row < reader.plan.rows; row++) {
        reader_row(&reader, call, row);
        for (int64_t k = 0; k < (call->op->family == EXPOPS_FAMILY_REDUCE ? 1 : reader.r.n); k++) {
            const long double error = error_of(call, &reader.r, k);
            answers[out_position(&reader, call, row, k)] =
                (test_answer){ .value = { reader.r.out[k], 0 },
                               .slack = isnan(error) ? 0 : error,
                               .unknown =
                                   reader.read == MODULI || reader.lost || isinf(error) || !isfinite(reader.r.out[k]) };
        }
    }
    free(reader.memory);
    return answers;
}
