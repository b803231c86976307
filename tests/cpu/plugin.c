#include "plugin.h"
#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char error[512];
static const char *wanted_level, *wanted_threads;

static void host_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error, sizeof(error), format, args);
    va_end(args);
}

static void host_cause(uint32_t cause, const char *format, ...)
{
}

static const char *host_config(const char *key)
{
    if (!strcmp(key, "cpu_threads"))
        return wanted_threads ? wanted_threads : getenv("EXPOPS_TEST_CPU_THREADS");
    return strcmp(key, "cpu_level") ? NULL : wanted_level;
}

static void *host_open_library(const char *name, int only_loaded, const char **out_message)
{
    return dlopen(name, RTLD_NOW | RTLD_LOCAL | (only_loaded ? RTLD_NOLOAD : 0));
}

static const expops_host_api host = {
    .header = { sizeof(host), 0, NULL },
    .major = EXPOPS_BACKEND_MAJOR,
    .minor = EXPOPS_BACKEND_MINOR,
    .error = host_error,
    .cause = host_cause,
    .config = host_config,
    .open_library = host_open_library,
    .library_symbol = dlsym,
};

const char *plugin_error(void)
{
    return error;
}

static expops_backend_query_fn query_function(void)
{
    static expops_backend_query_fn ask;

    if (ask)
        return ask;
    void *const library = dlopen(getenv("EXPOPS_TEST_CPU_PLUGIN"), RTLD_NOW | RTLD_LOCAL);
    if (!library)
        fail_msg("%s", dlerror());
    *(void **)&ask = dlsym(library, EXPOPS_BACKEND_QUERY);
    assert_non_null(ask);
    return ask;
}

const expops_backend_api *plugin_api(void)
{
    static const expops_backend_api *api;
    expops_query query = { .header = { sizeof(query), 0, NULL }, .host_major = EXPOPS_BACKEND_MAJOR };

    if (api)
        return api;
    assert_int_equal(query_function()(&host, &query), 0);
    assert_string_equal(query.name, "cpu");
    api = query.api;
    assert_non_null(api);
    return api;
}

void plugin_ask_again(void)
{
    expops_query query = { .header = { sizeof(query), 0, NULL }, .host_major = EXPOPS_BACKEND_MAJOR };

    assert_int_equal(query_function()(&host, &query), 0);
}

const char *const plugin_levels[] = {
#if defined(__x86_64__)
    "x86-64-v2",
    "x86-64-v3",
    "x86-64-v4",
#else
    "portable",
#endif
    NULL,
};

expops_backend_device *plugin_device(const char *level)
{
    expops_backend_device *device;

    wanted_level = level;
    const int32_t status = plugin_api()->device_open(0, &device);
    wanted_level = NULL;
    return status ? NULL : device;
}

expops_backend_device *plugin_device_threads(const char *threads)
{
    wanted_threads = threads;
    expops_backend_device *const device = plugin_device(NULL);
    wanted_threads = NULL;
    return device;
}

uint32_t random_next(void)
{
    static uint64_t state = 0x9e3779b97f4a7c15u;

    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}

uint32_t random_below(uint32_t limit)
{
    return random_next() % limit;
}

size_t bytes_of(int32_t dtype)
{
    static const size_t bytes[] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) bytes,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    };
    return bytes[dtype];
}

/* The nearest of the two bf16 neighbours of x, even on a tie. */
static uint16_t bf16_of(float x)
{
    uint32_t bits;
    float low, high;

    memcpy(&bits, &x, 4);
    if (isnan(x))
        return 0x7fc0;
    const uint32_t down = bits & 0xffff0000u, up = down + 0x10000u;
    memcpy(&low, &down, 4);
    memcpy(&high, &up, 4);
    const double to_low = fabs((double)x - low),
                 to_high = isinf(high) ? 0x1p128 - fabs((double)x) : fabs((double)high - x);
    if (isinf(x) || to_low < to_high || (to_low == to_high && !(down >> 16 & 1)))
        return (uint16_t)(down >> 16);
    return (uint16_t)(up >> 16);
}

static double bf16_value(uint16_t half)
{
    const uint32_t bits = (uint32_t)half << 16;
    float x;

    memcpy(&x, &bits, 4);
    return x;
}

/* f16 by the definition: a sign, a power of two, ten bits. */
static double f16_value(uint16_t half)
{
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    const double sign = half & 0x8000 ? -1 : 1;

    if (exponent == 31)
        return fraction ? NAN : sign * INFINITY;
    return sign * (exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24));
}

static uint16_t f16_of(double x)
{
    const uint16_t sign = signbit(x) ? 0x8000 : 0;
    int exponent;

    if (isnan(x))
        return 0x7e00;
    if (x == 0)
        return sign;
    if (fabs(x) >= 65520)
        return sign | 0x7c00;
    frexp(x, &exponent);
    const int unit = (exponent < -13 ? -13 : exponent) - 11;
    const long units = lrint(ldexp(fabs(x), -unit));
    return (uint16_t)(sign | (units + ((long)(unit + 24) << 10)));
}

int is_unsigned(int32_t dtype)
{
    return dtype >= EXPOPS_DTYPE_U8 && dtype <= EXPOPS_DTYPE_BOOL;
}

static double read_integer(const void *at, int32_t dtype)
{
    const unsigned spare = 64 - 8 * (unsigned)bytes_of(dtype);
    uint64_t word = 0;
    memcpy(&word, at, bytes_of(dtype));
    return is_unsigned(dtype) ? (double)word : (double)((int64_t)(word << spare) >> spare);
}

static double read_element(const void *at, int32_t dtype)
{
    switch (dtype) {
    case EXPOPS_DTYPE_F16:
        return f16_value(*(const uint16_t *)at);
    case EXPOPS_DTYPE_BF16:
        return bf16_value(*(const uint16_t *)at);
    case EXPOPS_DTYPE_F32:
    case EXPOPS_DTYPE_C64:
        return *(const float *)at;
    case EXPOPS_DTYPE_F64:
    case EXPOPS_DTYPE_C128:
        return *(const double *)at;
    default:
        return read_integer(at, dtype);
    }
}

static void write_element(void *at, int32_t dtype, double x)
{
    const int64_t whole = isfinite(x) && fabs(x) < 0x1p62 ? (int64_t)x : 0;

    switch (dtype) {
    case EXPOPS_DTYPE_F16:
        *(uint16_t *)at = f16_of(x);
        break;
    case EXPOPS_DTYPE_BF16:
        *(uint16_t *)at = bf16_of((float)x);
        break;
    case EXPOPS_DTYPE_C64:
        ((float *)at)[1] = 0;
        /* fall through */
    case EXPOPS_DTYPE_F32:
        *(float *)at = (float)x;
        break;
    case EXPOPS_DTYPE_C128:
        ((double *)at)[1] = 0;
        /* fall through */
    case EXPOPS_DTYPE_F64:
        *(double *)at = x;
        break;
    case EXPOPS_DTYPE_BOOL:
        *(uint8_t *)at = x != 0;
        break;
    default: /* the low bytes come first */
        memcpy(at, &whole, bytes_of(dtype));
    }
}

double convert(double value, int32_t dtype)
{
    _Alignas(16) char element[16];

    write_element(element, dtype, value);
    return read_element(element, dtype);
}

tensor tensor_make(int32_t dtype, const int64_t *shape, uint32_t rank, uint32_t layout)
{
    tensor t = { .dtype = dtype };
    uint32_t order[RANK];
    int64_t step = layout & LAYOUT_GAPS && random_below(2) ? 2 + random_below(2) : 1;
    const int64_t guard = 64 + (layout ? random_below(5) : 0);

    t.first = guard;
    for (uint32_t d = 0; d < rank; d++)
        order[d] = d;
    for (uint32_t d = rank; layout & LAYOUT_PERMUTED && d > 1; d--) {
        const uint32_t other = random_below(d), kept = order[d - 1];
        order[d - 1] = order[other];
        order[other] = kept;
    }
    for (uint32_t i = rank; i-- > 0;) {
        const uint32_t d = order[i];
        if (layout & LAYOUT_BROADCAST && !random_below(3))
            continue;
        t.strides[d] = step;
        step *= shape[d] > 0 ? shape[d] : 1;
        step += layout & LAYOUT_GAPS && random_below(2) ? step * random_below(3) / 2 + random_below(3) : 0;
        if (layout & LAYOUT_BACKWARDS && !random_below(3) && shape[d]) {
            t.first += t.strides[d] * (shape[d] - 1);
            t.strides[d] = -t.strides[d];
        }
    }
    t.bytes = (size_t)(step + 2 * guard + 8) * bytes_of(dtype);
    t.memory = malloc(t.bytes);
    assert_non_null(t.memory);
    memset(t.memory, 0x5a, t.bytes);
    return t;
}

void tensor_free(tensor *t)
{
    free(t->memory);
    t->memory = NULL;
}

double tensor_get(const tensor *t, int64_t element)
{
    return read_element(t->memory + (t->first + element) * (int64_t)bytes_of(t->dtype), t->dtype);
}

void tensor_set(tensor *t, int64_t element, double value)
{
    write_element(t->memory + (t->first + element) * (int64_t)bytes_of(t->dtype), t->dtype, value);
}

void tensor_fill(tensor *t)
{
    const size_t bytes = bytes_of(t->dtype);

    for (size_t i = 0; i < t->bytes / bytes; i++)
        write_element(t->memory + i * bytes, t->dtype,
                      is_unsigned(t->dtype) ? random_below(9) : (double)random_below(17) - 8);
}

int64_t element_at(const tensor *t, const int64_t *index, uint32_t rank)
{
    int64_t element = 0;

    for (uint32_t d = 0; d < rank; d++)
        element += index[d] * t->strides[d];
    return element;
}

int next_index(int64_t *index, const int64_t *shape, uint32_t rank)
{
    for (uint32_t d = rank; d-- > 0;) {
        if (++index[d] < shape[d])
            return 1;
        index[d] = 0;
    }
    return 0;
}

/* --- signatures --- */
typedef struct built {
    expops_signature signature;
    expops_operand operands[OPERANDS + NUMBERS];
} built;

static void add_operand(built *b, uint32_t kind, const tensor *t)
{
    expops_operand *const operand = &b->operands[b->signature.num_operands++];

    operand->struct_size = sizeof(*operand);
    operand->kind = kind;
    if (t) {
        operand->dtype = t->dtype;
        operand->as = kind == EXPOPS_OPERAND_OUTPUT ? b->signature.result : b->signature.dtype;
        operand->strides = t->strides;
    }
}

static void build(const launch_case *c, built *b)
{
    memset(b, 0, sizeof(*b));
    b->signature = (expops_signature){
        .header = { sizeof(b->signature), 0, NULL },
        .operator_name = c->name,
        .family = c->family,
        .compute = c->compute,
        .dtype = c->dtype,
        .result = c->result,
        .choice = c->choice,
        .rank = c->rank,
        .row_dims = c->row_dims,
        .shape = c->shape,
        .num_numbers = c->num_numbers,
        .operands = b->operands,
    };
    uint32_t numbers = c->num_numbers;
    for (uint32_t i = 0; i < c->num_tensors; i++) {
        if (c->number_first && i == c->num_tensors - 1 && numbers) {
            add_operand(b, EXPOPS_OPERAND_NUMBER, NULL);
            numbers--;
        }
        add_operand(b, i ? EXPOPS_OPERAND_INPUT : EXPOPS_OPERAND_OUTPUT, c->tensors[i]);
    }
    while (numbers--)
        add_operand(b, EXPOPS_OPERAND_NUMBER, NULL);
}

static void put_numbers(const launch_case *c, char *params)
{
    for (uint32_t i = 0; i < c->num_numbers; i++) {
        const float single = (float)c->numbers[i];
        const int64_t whole = (int64_t)c->numbers[i];
        char *const slot = params + i * (c->compute >= EXPOPS_COMPUTE_C64 ? 16 : 8);
        if (c->compute == EXPOPS_COMPUTE_F32 || c->compute == EXPOPS_COMPUTE_C64)
            memcpy(slot, &single, 4);
        else if (c->compute == EXPOPS_COMPUTE_F64 || c->compute == EXPOPS_COMPUTE_C128)
            memcpy(slot, &c->numbers[i], 8);
        else
            memcpy(slot, &whole, 8);
    }
}

/* Every byte of the output's memory that belongs to no element must be as it was. */
static void check_guards(const launch_case *c, const char *before)
{
    const tensor *const out = c->tensors[0];
    const size_t bytes = bytes_of(out->dtype);
    const uint32_t dims = c->family == EXPOPS_FAMILY_REDUCE ? c->rank - c->row_dims : c->rank;
    int64_t index[RANK] = { 0 };
    char *const after = malloc(out->bytes);

    assert_non_null(after);
    memcpy(after, out->memory, out->bytes);
    do {
        const size_t at = (size_t)(out->first + element_at(out, index, dims)) * bytes;
        memcpy(after + at, before + at, bytes);
    } while (next_index(index, c->shape, dims));
    assert_memory_equal(after, before, out->bytes);
    free(after);
}

static int empty_output(const launch_case *c)
{
    for (uint32_t d = 0; d < (c->family == EXPOPS_FAMILY_REDUCE ? c->rank - c->row_dims : c->rank); d++)
        if (!c->shape[d])
            return 1;
    return 0;
}

expops_backend_kernel *ask_plugin(expops_backend_device *device, const expops_signature *signature)
{
    expops_offered offered = { .header = { .struct_size = sizeof(offered) } };

    assert_int_equal(plugin_api()->offer(device, signature, &offered), 0);
    return offered.kernel;
}

void prepare_case(expops_backend_device *device, const launch_case *c, prepared_case *out_prepared)
{
    built b;

    memset(out_prepared, 0, sizeof(*out_prepared));
    out_prepared->device = device;
    out_prepared->launch = (expops_launch){ .struct_size = sizeof(expops_launch),
                                            .num_tensors = c->num_tensors,
                                            .tensors = out_prepared->pointers,
                                            .params = out_prepared->params,
                                            .params_bytes = sizeof(out_prepared->params) };
    build(c, &b);
    put_numbers(c, out_prepared->params);
    for (uint32_t i = 0; i < c->num_tensors; i++) {
        out_prepared->pointers[i].data = c->tensors[i]->memory;
        out_prepared->pointers[i].byte_offset = (uint64_t)c->tensors[i]->first * bytes_of(c->tensors[i]->dtype);
        out_prepared->pointers[i].device_type = 1;
    }
    out_prepared->kernel = ask_plugin(device, &b.signature);
    if (!out_prepared->kernel)
        fail_msg("the plugin declined %s", c->name);
    memset(b.operands, 0xff, sizeof(b.operands)); /* the plugin keeps a copy */
}

int32_t launch_prepared(prepared_case *prepared)
{
    return plugin_api()->launch(prepared->device, prepared->kernel, NULL, &prepared->launch);
}

void forget_prepared(prepared_case *prepared)
{
    plugin_api()->unload(prepared->device, prepared->kernel);
}

void run_case(expops_backend_device *device, const launch_case *c)
{
    char *const before = malloc(c->tensors[0]->bytes);
    prepared_case prepared;

    assert_non_null(before);
    memcpy(before, c->tensors[0]->memory, c->tensors[0]->bytes);
    prepare_case(device, c, &prepared);
    assert_int_equal(launch_prepared(&prepared), 0);
    forget_prepared(&prepared);
    if (empty_output(c))
        assert_memory_equal(before, c->tensors[0]->memory, c->tensors[0]->bytes);
    else
        check_guards(c, before);
    free(before);
}

int declines(expops_backend_device *device, const launch_case *c)
{
    built b;

    build(c, &b);
    expops_backend_kernel *const kernel = ask_plugin(device, &b.signature);
    if (kernel)
        plugin_api()->unload(device, kernel);
    return !kernel;
}
