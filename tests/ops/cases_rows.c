/* Operators over rows against their long double reference: every way of choosing the walked dimensions, row lengths
 * around the sizes of groups and vectors, layouts, special values. */
#include "cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct row_case {
    const char *title;
    int ndim;
    int64_t shape[4];
    enum test_layout layout, out_layout;
    int shift;
    int variant; /* of numbers and bools */
    int special;
    int without_weight;
    int converted; /* to f32 first */
} row_case;

/* A list of ints: dimensions, or sizes of the last ones. */
typedef struct ints_choice {
    uint32_t count;
    int64_t values[4];
} ints_choice;

/* All dimensions where none is named, each one, the outermost and the innermost. */
static int choose_dims(const row_case *c, ints_choice *choices)
{
    int count = 0;
    choices[count++] = (ints_choice){ 0, { 0 } };
    for (int i = 0; i < c->ndim; i++)
        choices[count++] = (ints_choice){ 1, { i } };
    if (c->ndim > 2)
        choices[count++] = (ints_choice){ 2, { 0, -1 } };
    return count;
}

static int choose_sizes(const row_case *c, ints_choice *choices)
{
    for (int last = 1; last <= c->ndim; last++) {
        choices[last - 1].count = (uint32_t)last;
        memcpy(choices[last - 1].values, c->shape + c->ndim - last, (size_t)last * sizeof(int64_t));
    }
    return c->ndim;
}

static int ints_choices(const row_case *c, const expops_operator *op, ints_choice *choices)
{
    for (size_t i = 0; i < expops_operator_parameter_count(op); i++)
        if (op->parameters[i].kind == EXPOPS_PARAMETER_INTS)
            return op->samples[i].ints == EXPOPS_SAMPLES_ROW ? choose_sizes(c, choices) : choose_dims(c, choices);
    choices[0].count = 0;
    return 1;
}

static void set_specials(test_call *call)
{
    static const double values[] = { 1, -0.0, 3, INFINITY, -2, NAN, 0, 5, -INFINITY, 0.5, -7 };
    test_array *x = &call->arrays[0];
    const int64_t numel = test_array_numel(x);
    for (int64_t k = 0; k < numel; k++) {
        /* Later rows hold more of them, so that each kind is alone in some row. */
        const size_t pick = (size_t)(k * 7 % 97);
        if (pick < sizeof(values) / sizeof(values[0]) && (test_is_float(x->dtype) || isfinite(values[pick])))
            test_array_set(x, test_array_index(x, x->ndim, x->shape, k),
                           (test_value){ test_round(x->dtype, (long double)values[pick]), 0 });
    }
}

/* A second tensor without which there is no result: of a map's shape like the first, of a reduction's one for each element of a
 * row, which is a matrix's. */
static int must_be_there(const expops_parameter *parameter)
{
    return parameter->kind == EXPOPS_PARAMETER_TENSOR && !parameter->optional;
}

static row_case fitted(const row_case *c, const expops_operator *op)
{
    row_case fitting = *c;
    if (op->family == EXPOPS_FAMILY_REDUCE && op->parameters[1].name && must_be_there(&op->parameters[1])) {
        fitting.ndim = 2;
        fitting.shape[0] = c->ndim > 1 ? c->shape[c->ndim - 2] : 1;
        fitting.shape[1] = c->shape[c->ndim - 1];
    }
    return fitting;
}

/* A dimension that has to be named, since there is no default or the tensor has not so many. */
static int must_be_named(const expops_parameter *parameter, int ndim)
{
    return parameter->kind == EXPOPS_PARAMETER_INT &&
           (!parameter->optional || parameter->default_value >= ndim || parameter->default_value < -ndim);
}

/* Everything but the weights, which need to know the walked dimensions. */
static int build(test_call *call, const row_case *c, const ints_choice *ints, test_subject *subject)
{
    for (size_t i = 0; i < call->num_args; i++) {
        const uint32_t kind = call->op->parameters[i].kind;
        if (kind == EXPOPS_PARAMETER_INTS && ints->count)
            test_call_ints(call, i, ints->values, ints->count);
        else if (must_be_named(&call->op->parameters[i], c->ndim))
            call->args[i] = expops_int(c->variant & 1 ? 0 : -1);
        else if (kind == EXPOPS_PARAMETER_DTYPE && c->converted)
            call->args[i] = expops_int(EXPOPS_DTYPE_F32);
        else if (kind != EXPOPS_PARAMETER_TENSOR)
            test_plain_argument(call, i, subject->dtype, c->variant);
    }
    if (!test_call_tensor(call, 0, subject->dtype, c->ndim, c->shape, c->layout, c->shift))
        return 0;
    test_draw(call, 0, &subject->random);
    for (size_t i = 1; i < call->num_args; i++)
        if (must_be_there(&call->op->parameters[i])) {
            const int32_t ndim = call->op->family == EXPOPS_FAMILY_MAP ? c->ndim : 1;
            if (!test_call_tensor(call, i, subject->dtype, ndim, c->shape + c->ndim - ndim, c->out_layout, c->shift))
                return 0;
            test_draw(call, i, &subject->random);
        }
    if (c->special)
        set_specials(call);
    return 1;
}

static int add_weights(test_call *call, const row_case *c, const test_row_plan *plan, test_subject *subject)
{
    int64_t shape[EXPOPS_MAX_RANK];
    int ndim = 0;
    for (int i = 0; i < c->ndim; i++)
        if (plan->walked[i])
            shape[ndim++] = c->shape[i];
    for (size_t i = 1; i < call->num_args; i++) {
        const expops_parameter *parameter = &call->op->parameters[i];
        if (parameter->kind != EXPOPS_PARAMETER_TENSOR || (c->without_weight && parameter->optional) ||
            call->arrays[i].host)
            continue;
        if (!test_call_tensor(call, i, test_parameter_dtype(parameter, subject->dtype), ndim, shape, TEST_COMPACT,
                              c->shift))
            return 0;
        test_draw(call, i, &subject->random);
    }
    return 1;
}

static int run_with(const row_case *c, const ints_choice *ints, test_subject *subject, int *accepted)
{
    test_call call;
    test_row_plan plan;
    int failures = 0;
    test_call_begin(&call, subject->device, subject->op, c->title);
    if (!build(&call, c, ints, subject))
        failures = test_report(&call, "no memory for the operands: %s", expops_error_text());
    else if (test_call_results(&call) == EXPOPS_OK) {
        *accepted += 1;
        failures = test_plan_rows(&call, &plan) != EXPOPS_OK && test_report(&call, "rows: %s", expops_error_text());
        if (!failures && !add_weights(&call, c, &plan, subject))
            failures = test_report(&call, "no memory for the weights: %s", expops_error_text());
        failures = failures ? failures : test_call_infer(&call);
        if (!failures && !test_call_output(&call, call.result.dtype, c->out_layout, c->shift))
            failures = test_report(&call, "no memory for the output: %s", expops_error_text());
        const int result = failures ? -1 : test_call_run(&call);
        failures += result > 0 ? result : result < 0 ? 0 : test_judge_rows(&call);
    }
    test_call_end(&call);
    return failures;
}

static int run_case(const row_case *given, test_subject *subject)
{
    const row_case fitting = fitted(given, subject->op), *c = &fitting;
    ints_choice choices[12];
    const int count = ints_choices(c, subject->op, choices);
    int failures = 0, accepted = 0;
    for (int i = 0; i < count; i++)
        failures += run_with(c, &choices[i], subject, &accepted);
    if (!accepted) {
        test_call call;
        test_call_begin(&call, subject->device, subject->op, c->title);
        failures += test_report(&call, "no choice of the rows' dimensions is accepted: %s", expops_error_text());
        test_call_end(&call);
    }
    return failures;
}

static int has_rows(const expops_operator *op, expops_dtype dtype)
{
    const test_reference *reference = test_reference_find(op->name);
    return op->family != EXPOPS_FAMILY_POINTWISE && reference && reference->row && !test_is_complex(dtype);
}

static int run_lengths(test_subject *subject)
{
    static const int64_t lengths[] = { 1, 2, 7, 16, 31, 33, 255, 257, 1023, 1024, 1025, 5000 };
    const size_t step = test_depth(subject->device) ? 1 : 3;
    int failures = 0;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i += step) {
        const row_case c = {
            .title = "rows", .ndim = 2, .shape = { 3, lengths[i] }, .variant = (int)(i & 1), .shift = (int)(i % 4)
        };
        failures += run_case(&c, subject);
    }
    const row_case line = { .title = "one row", .ndim = 1, .shape = { 777 } };
    failures += run_case(&line, subject);
    /* Most of which start between vectors. */
    const row_case edges = { .title = "rows anywhere", .ndim = 2, .shape = { 5, 4099 } };
    failures += run_case(&edges, subject);
    /* Many short ones that start between vectors, with a last group that is not full. */
    const row_case staged = { .title = "short rows", .ndim = 2, .shape = { 301, 35 } };
    failures += run_case(&staged, subject);
    /* Of vectors of neighbouring columns. */
    const row_case columns = { .title = "columns", .ndim = 2, .shape = { 1500, 24 } };
    if (step == 1 || subject->op->family == EXPOPS_FAMILY_MAP)
        failures += run_case(&columns, subject);
    /* Which devices cut in parts, in three launches where it is a map. */
    const row_case parts = { .title = "few long rows", .ndim = 2, .shape = { 3, 33008 } };
    if (step == 1 || subject->op->family == EXPOPS_FAMILY_MAP)
        failures += run_case(&parts, subject);
    /* Rows that no group keeps whole. */
    const row_case shared = { .title = "long rows", .ndim = 2, .shape = { 7, 40000 } };
    if (step == 1 && subject->op->family == EXPOPS_FAMILY_MAP)
        failures += run_case(&shared, subject);
    return failures;
}

static int run_layouts(test_subject *subject)
{
    int failures = 0;
    for (int layout = 1; layout < TEST_LAYOUT_COUNT; layout++) {
        const row_case c = { .title = test_layout_name((enum test_layout)layout),
                             .ndim = 3,
                             .shape = { 4, 6, 19 },
                             .layout = (enum test_layout)layout,
                             .out_layout = (enum test_layout)((layout + 1) % TEST_EXPANDED),
                             .shift = layout % 3,
                             .without_weight = layout % 2 };
        failures += run_case(&c, subject);
    }
    return failures;
}

static int run_special(test_subject *subject)
{
    const row_case c = { .title = "special values", .ndim = 2, .shape = { 40, 37 }, .special = 1 };
    return run_case(&c, subject);
}

/* Rows and columns of all that a template has for either. */
static int run_converted(test_subject *subject)
{
    static const int64_t shapes[][2] = {
        { 16, 24 }, { 5, 300 }, { 3, 4099 }, { 2, 70016 }, { 1500, 24 }, { 300, 1024 }
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        for (int variant = 0; variant < 2; variant++) {
            const row_case c = { .title = "f32 first",
                                 .ndim = 2,
                                 .shape = { shapes[i][0], shapes[i][1] },
                                 .variant = variant,
                                 .converted = 1 };
            failures += run_case(&c, subject);
        }
    return failures;
}

static int is_converted(const expops_operator *op, expops_dtype dtype)
{
    int takes_type = 0;
    for (size_t i = 0; op->parameters[i].name; i++)
        takes_type |= !strcmp(op->parameters[i].name, "dtype");
    return takes_type && has_rows(op, dtype) && (dtype == EXPOPS_DTYPE_F16 || dtype == EXPOPS_DTYPE_BF16);
}

const test_kind test_row_kinds[] = {
    { "rows", has_rows, run_lengths, 0 },
    { "layouts", has_rows, run_layouts, 0 },
    { "special", has_rows, run_special, 1 },
    { "converted", is_converted, run_converted, 1 },
    { NULL, NULL, NULL, 0 },
};
