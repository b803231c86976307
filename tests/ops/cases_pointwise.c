/* Pointwise operators against their long double reference: shapes, layouts, numbers, types, special values. */
#include "cases.h"

#include <math.h>
#include <string.h>

enum { UNCHANGED = -1, MAX_SPECIALS = 64 };

typedef struct scenario {
    const char *title;
    int ndim;
    int64_t shape[4];
    enum test_layout layouts[3]; /* of the operands in turn */
    enum test_layout out_layout;
    int shift;     /* elements before the first one; more for each operand */
    int broadcast; /* operands after the first have dimensions of size 1, or fewer */
    int whole;     /* ... and the first has all of them */
    int in_place;
    int variant;        /* of the arguments that are no tensors */
    int number_at;      /* 1 + the OPERAND parameter that is given as a number */
    int mixed_at;       /* 1 + the parameter of another type, below */
    expops_dtype mixed; /* that type */
    int mixed_scalar;   /* ... as a tensor without dimensions */
    int out_dtype;      /* UNCHANGED, or the output's type */
    int special;        /* adversarial values */
} scenario;

static const scenario plain = { .title = "random", .ndim = 1, .shape = { 1 }, .out_dtype = UNCHANGED };

static int is_tensor(const expops_parameter *parameter)
{
    return parameter->kind == EXPOPS_PARAMETER_TENSOR || parameter->kind == EXPOPS_PARAMETER_OPERAND;
}

static int num_tensors(const expops_operator *op)
{
    int count = 0;
    for (const expops_parameter *parameter = op->parameters; parameter->name; parameter++)
        count += is_tensor(parameter);
    return count;
}

/* The shape of operand `place` (0 is the first) that broadcasts to the scenario's. Returns its rank. */
static int operand_shape(const scenario *s, const expops_samples *samples, int place, int64_t *shape)
{
    const int broadcast = s->broadcast && !samples->shape_only && !(s->whole && place == 0);
    const int drop = broadcast && place > 0 ? place - 1 : 0;
    const int ndim = drop < s->ndim ? s->ndim - drop : 0;
    for (int i = 0; i < ndim; i++) {
        shape[i] = s->shape[i + s->ndim - ndim];
        if (broadcast && (i + place) % 2 == 1)
            shape[i] = 1;
    }
    return ndim;
}

static int make_tensor(test_call *call, const scenario *s, size_t index, int place, expops_dtype dtype)
{
    const expops_parameter *parameter = &call->op->parameters[index];
    int64_t shape[4];
    int ndim = operand_shape(s, call->op->samples + index, place, shape);
    dtype = test_parameter_dtype(parameter, dtype);
    if (s->mixed_at == (int)index + 1) {
        dtype = s->mixed;
        ndim = s->mixed_scalar ? 0 : ndim;
    }
    ndim = call->op->samples[index].scalar ? 0 : ndim;
    return test_call_tensor(call, index, dtype, ndim, shape, s->layouts[place % 3], s->shift * (place + 1));
}

static int build(test_call *call, const scenario *s, test_subject *subject)
{
    int place = 0;
    for (size_t i = 0; i < call->num_args; i++) {
        const expops_parameter *parameter = &call->op->parameters[i];
        if (!is_tensor(parameter) || s->number_at == (int)i + 1) {
            test_plain_argument(call, i, subject->dtype, s->variant);
            continue;
        }
        if (!make_tensor(call, s, i, place++, subject->dtype))
            return 0;
        test_draw(call, i, &subject->random);
    }
    return 1;
}

/* Values that trip kernels: signed zeros, infinities, NaN, extremes, denormals, and the neighbourhood of the operator's
 * own thresholds. */
static int special_values(const expops_operator *op, expops_dtype dtype, int place, long double *values)
{
    static const double common[] = { 0, 1, -1, 2, -2, 7, -7, 100, -100 };
    static const double floats[] = {
        -0.0, INFINITY, -INFINITY, NAN, 0.5, -0.5, 1.5, 10.5, -20, 88.5, -88.5, 1e-3, -1e-3
    };
    test_limits limits = test_limits_of(dtype);
    int count = 0;
    if (num_tensors(op) > 2 && test_bound(op, dtype) > 0) { /* a product of all must not overflow on the way */
        limits.max = test_round(dtype, sqrtl(sqrtl(limits.max)));
        limits.lowest = -limits.max;
        if (place > 0) /* nor a quotient by the later ones */
            limits.tiny = limits.denormal = test_round(dtype, sqrtl(sqrtl(limits.tiny)));
    }
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
        if ((long double)common[i] >= limits.lowest && (long double)common[i] <= limits.max)
            values[count++] = (long double)common[i];
    values[count++] = limits.max;
    values[count++] = limits.lowest;
    if (!test_is_float(dtype))
        return count;
    for (size_t i = 0; i < sizeof(floats) / sizeof(floats[0]); i++)
        values[count++] = (long double)floats[i];
    for (int sign = -1; sign <= 1; sign += 2) {
        values[count++] = sign * limits.tiny;
        values[count++] = sign * limits.denormal;
        values[count++] = sign * (1 + test_ulp(dtype, 1));
    }
    for (const expops_parameter *parameter = op->parameters; parameter->name; parameter++) {
        const long double threshold = (long double)parameter->default_value;
        if (parameter->kind != EXPOPS_PARAMETER_NUMBER || !isfinite(threshold))
            continue;
        for (int step = -1; step <= 1 && count < MAX_SPECIALS; step++)
            values[count++] = threshold + step * test_ulp(dtype, threshold);
    }
    return count;
}

/* Every special value of the first operand meets every one of the second; further operands draw at random. */
static void set_specials(test_call *call, test_random *random)
{
    long double values[MAX_SPECIALS];
    int place = 0;
    for (size_t i = 0; i < call->num_args; i++) {
        test_array *array = &call->arrays[i];
        if (!array->host || array->ndim == 0)
            continue;
        const uint64_t count = (uint64_t)special_values(call->op, array->dtype, place, values);
        const int64_t numel = test_array_numel(array);
        for (int64_t k = 0; k < numel; k++) {
            const uint64_t pick = place == 0   ? (uint64_t)k % count
                                  : place == 1 ? (uint64_t)k / count % count
                                               : test_random_below(random, count);
            test_array_set(array, test_array_index(array, array->ndim, array->shape, k),
                           (test_value){ values[pick], 0 });
        }
        place++;
    }
}

static int run_scenario(const scenario *s, test_subject *subject)
{
    const test_reference *reference = test_reference_find(subject->op->name);
    test_call call;
    int failures = 0;
    test_call_begin(&call, subject->device, subject->op, s->title);
    if (!build(&call, s, subject)) {
        failures = test_report(&call, "no memory for the operands: %s", expops_error_text());
        test_call_end(&call);
        return failures;
    }
    if (s->special)
        set_specials(&call, &subject->random);
    call.in_place = s->in_place;
    failures = test_call_infer(&call);
    const expops_dtype out_dtype = s->out_dtype == UNCHANGED ? call.result.dtype : (expops_dtype)s->out_dtype;
    if (!failures && !s->in_place && !test_call_output(&call, out_dtype, s->out_layout, s->shift))
        failures = test_report(&call, "no memory for the output: %s", expops_error_text());
    if (!failures) {
        const int result = test_call_run(&call);
        failures = result > 0 ? result : result < 0 ? 0 : test_judge_pointwise(&call, reference);
    }
    test_call_end(&call);
    return failures;
}

static int has_reference(const expops_operator *op, expops_dtype dtype)
{
    const test_reference *reference = test_reference_find(op->name);
    return test_is_elementwise(op) && reference && reference->element && !test_is_complex(dtype);
}

/* Compact vectors, whose last one is partial or not, and starts off alignment: a kernel each. */
static int run_random_all(test_subject *subject)
{
    static const int64_t sizes[] = { 1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 1023, 1024, 1025, 4099 };
    const int shallow = test_depth(subject->device) == 0;
    int failures = 0;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        scenario s = plain;
        s.shape[0] = sizes[i];
        if (!shallow || sizes[i] % 1024 < 2)
            failures += run_scenario(&s, subject);
    }
    for (int shift = 1; shift <= (shallow ? 1 : 3); shift++) {
        scenario s = plain;
        s.title = "unaligned";
        s.shape[0] = 37 + 1000 * (shift == 3);
        s.shift = shift;
        failures += run_scenario(&s, subject);
    }
    return failures;
}

/* A short run has one of those kernels for each further type, another from operator to operator. */
static int has_one_kernel(const test_subject *subject)
{
    return test_depth(subject->device) == 0 && subject->dtype != test_first_dtype(subject->op->dtypes);
}

/* That kernel, for about so many elements: whole vectors, a partial one at the end, or starts off alignment. */
static scenario one_kernel(const test_subject *subject, int64_t numel)
{
    enum { WHOLE, PARTIAL, UNALIGNED, KERNELS };
    const unsigned kernel = ((unsigned)strlen(subject->op->name) + (unsigned)subject->dtype) % KERNELS;
    scenario s = plain;
    s.shape[0] = kernel == UNALIGNED ? numel : (numel + 1023) / 1024 * 1024 + (kernel == PARTIAL);
    s.shift = kernel == UNALIGNED;
    return s;
}

static int run_random(test_subject *subject)
{
    if (!has_one_kernel(subject))
        return run_random_all(subject);
    const scenario s = one_kernel(subject, 1000);
    return run_scenario(&s, subject);
}

static int run_edges(test_subject *subject)
{
    static const scenario edges[] = {
        { .title = "no dimensions", .ndim = 0 },
        { .title = "empty", .ndim = 1, .shape = { 0 } },
        { .title = "empty in the middle", .ndim = 3, .shape = { 3, 0, 2 } },
        { .title = "sizes of one", .ndim = 4, .shape = { 1, 1, 1, 1 } },
        { .title = "a size of one within", .ndim = 3, .shape = { 3, 1, 7 } },
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        scenario s = edges[i];
        s.out_dtype = UNCHANGED;
        failures += run_scenario(&s, subject);
    }
    return failures;
}

/* Every layout alone, then operands and output that all differ. */
static int run_layouts(test_subject *subject)
{
    int failures = 0;
    for (int layout = 1; layout < TEST_LAYOUT_COUNT; layout++) {
        const int mixes = test_is_deep(subject->device) ? 3 : 1;
        for (int mix = 0; mix < mixes; mix++) {
            const enum test_layout next = (enum test_layout)((layout + 1) % TEST_LAYOUT_COUNT);
            const enum test_layout third = (enum test_layout)((layout + 2) % TEST_LAYOUT_COUNT);
            const enum test_layout out = (enum test_layout)((layout + mix) % TEST_EXPANDED);
            scenario s = plain;
            s.title = test_layout_name((enum test_layout)layout);
            s.ndim = 3;
            memcpy(s.shape, (int64_t[]){ 5, 7, 3 + 13 * (layout % 2) }, 3 * sizeof(int64_t));
            memcpy(s.layouts, (enum test_layout[]){ (enum test_layout)layout, next, third }, sizeof(s.layouts));
            s.out_layout = mix == 0 ? TEST_COMPACT : out;
            s.shift = mix;
            failures += run_scenario(&s, subject);
        }
    }
    return failures;
}

/* Rows longer than a vector and no multiple of one: vectors go on from row to row where the output is compact. The first two
 * meet every way an operand is read; the last vectors are partial, but for the first. */
static int run_odd_rows(test_subject *subject)
{
    static const struct {
        int ndim;
        int64_t shape[4];
        int whole;
    } cases[] = {
        { 2, { 16, 37 }, 0 }, { 3, { 2, 3, 49 }, 1 }, { 2, { 5, 37 }, 0 }, { 2, { 5, 37 }, 1 }, { 3, { 2, 3, 49 }, 0 },
    };
    int failures = 0;
    for (size_t i = 0; i < (test_depth(subject->device) ? sizeof cases / sizeof *cases : 2); i++) {
        scenario s = plain;
        s.title = "broadcast, odd rows";
        s.ndim = cases[i].ndim;
        memcpy(s.shape, cases[i].shape, sizeof(s.shape));
        s.broadcast = 1;
        s.whole = cases[i].whole;
        failures += run_scenario(&s, subject);
    }
    return failures;
}

static int run_broadcast(test_subject *subject)
{
    int failures = run_odd_rows(subject);
    for (int layout = 0; layout < (test_is_deep(subject->device) ? 4 : 2); layout++) {
        scenario s = plain;
        s.title = "broadcast";
        s.ndim = 4;
        memcpy(s.shape, (int64_t[]){ 2, 3, 5, 7 }, sizeof(s.shape));
        memcpy(s.layouts, (enum test_layout[]){ TEST_COMPACT, (enum test_layout)layout, TEST_COMPACT },
               sizeof(s.layouts));
        s.broadcast = 1;
        failures += run_scenario(&s, subject);
    }
    return failures;
}

/* Numbers instead of tensors, and numbers other than the defaults. */
static int run_numbers(test_subject *subject)
{
    int failures = 0;
    for (int variant = 0; variant < 3; variant++) {
        scenario s = plain;
        s.title = "numbers";
        s.shape[0] = 67;
        s.variant = variant;
        failures += run_scenario(&s, subject);
        for (int i = 0; subject->op->parameters[i].name; i++) {
            s.number_at = i + 1;
            if (subject->op->parameters[i].kind == EXPOPS_PARAMETER_OPERAND && num_tensors(subject->op) > 1)
                failures += run_scenario(&s, subject);
        }
    }
    return failures;
}

static int may_be_in_place(const expops_operator *op, expops_dtype dtype)
{
    if (!has_reference(op, dtype) || !expops_operator_in_place(op) || op->parameters[0].dtypes)
        return 0;
    if (op->result == EXPOPS_RESULT_BOOL)
        return dtype == EXPOPS_DTYPE_BOOL;
    if (op->arithmetic == EXPOPS_ARITHMETIC_BOOL_TO_INT && dtype == EXPOPS_DTYPE_BOOL)
        return 0;
    return op->arithmetic != EXPOPS_ARITHMETIC_FLOATING || test_is_float(dtype);
}

static int run_in_place(test_subject *subject)
{
    static const enum test_layout layouts[] = { TEST_COMPACT, TEST_COMPACT, TEST_TRANSPOSED, TEST_STEPPED };
    int failures = 0;
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        scenario s = plain;
        s.title = "in place";
        s.in_place = 1;
        s.broadcast = s.whole = i == 0;
        s.ndim = 2;
        memcpy(s.shape, (int64_t[]){ 9, 131 }, 2 * sizeof(int64_t));
        memcpy(s.layouts, (enum test_layout[]){ layouts[i], TEST_COMPACT, TEST_COMPACT }, sizeof(s.layouts));
        failures += run_scenario(&s, subject);
    }
    return failures;
}

static expops_dtype result_type(const expops_operator *op, expops_dtype dtype)
{
    if (op->result == EXPOPS_RESULT_BOOL)
        return EXPOPS_DTYPE_BOOL;
    if (op->arithmetic == EXPOPS_ARITHMETIC_BOOL_TO_INT && dtype == EXPOPS_DTYPE_BOOL)
        return EXPOPS_DTYPE_I64;
    return op->arithmetic == EXPOPS_ARITHMETIC_FLOATING && !test_is_float(dtype) ? EXPOPS_DTYPE_F32 : dtype;
}

/* Outputs of other types that the result may be cast to; two of them where each costs a compilation. */
static int run_out_dtypes(test_subject *subject)
{
    const expops_dtype result = result_type(subject->op, subject->dtype);
    int failures = 0, done = 0;
    for (int k = 1; k < EXPOPS_DTYPE_COUNT; k++) {
        const expops_dtype out = (expops_dtype)(((int)result + k * 5) % EXPOPS_DTYPE_COUNT);
        if (out == result || !test_can_cast(result, out) || (done == 2 && !test_is_deep(subject->device)))
            continue;
        scenario s = plain;
        s.title = "output of another type";
        s.shape[0] = 203;
        s.out_dtype = (int)out;
        failures += run_scenario(&s, subject);
        done++;
    }
    return failures;
}

static int may_be_mixed(const expops_operator *op, expops_dtype dtype)
{
    const int promotes = op->meet == EXPOPS_MEET_COMMON && op->arithmetic <= EXPOPS_ARITHMETIC_FLOATING &&
                         op->result != EXPOPS_RESULT_REAL;
    return has_reference(op, dtype) && promotes && num_tensors(op) > 1 && !op->parameters[1].dtypes;
}

/* A second operand of every other type, with dimensions and without. */
static int run_mixed(test_subject *subject)
{
    int failures = 0, done = 0;
    for (int k = 1; k < EXPOPS_DTYPE_COUNT; k++) {
        const expops_dtype other = (expops_dtype)(((int)subject->dtype + k * 7) % EXPOPS_DTYPE_COUNT);
        if (other == subject->dtype || !(subject->op->dtypes >> other & 1) || test_is_complex(other) ||
            !test_meet(subject->dtype, other))
            continue;
        if (done++ == 2 && !test_is_deep(subject->device))
            break;
        for (int without = 0; without < 2; without++) {
            scenario s = plain;
            s.title = without ? "other type without dimensions" : "other type";
            s.shape[0] = 101;
            s.mixed_at = 2;
            s.mixed = other;
            s.mixed_scalar = without;
            failures += run_scenario(&s, subject);
        }
    }
    return failures;
}

static int run_special(test_subject *subject)
{
    long double values[MAX_SPECIALS];
    const int count = special_values(subject->op, subject->dtype, 0, values);
    int failures = 0;
    for (int variant = 0; variant < (test_depth(subject->device) ? 2 : 1); variant++) {
        const int64_t numel = num_tensors(subject->op) > 1 ? (int64_t)count * count : count;
        scenario s = has_one_kernel(subject) ? one_kernel(subject, numel) : plain;
        s.title = "special values";
        s.special = 1;
        s.variant = variant;
        s.shape[0] = s.shape[0] < numel ? numel : s.shape[0];
        failures += run_scenario(&s, subject);
    }
    return failures;
}

static int several_tensors(const expops_operator *op, expops_dtype dtype)
{
    return has_reference(op, dtype) && num_tensors(op) > 1;
}

const test_kind test_pointwise_kinds[] = {
    { "random", has_reference, run_random, 1 },        { "edges", has_reference, run_edges, 0 },
    { "layouts", has_reference, run_layouts, 0 },      { "broadcast", several_tensors, run_broadcast, 0 },
    { "numbers", has_reference, run_numbers, 0 },      { "in_place", may_be_in_place, run_in_place, 0 },
    { "out_dtype", has_reference, run_out_dtypes, 0 }, { "mixed", may_be_mixed, run_mixed, 0 },
    { "special", has_reference, run_special, 1 },      { NULL, NULL, NULL, 0 },
};
