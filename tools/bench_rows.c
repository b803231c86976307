/* What a benchmark prints: a table, CSV, JSON, and an earlier run's figures beside them. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include "bench.h"
#include "command.h"
#include "operator.h"

void bench_format_shape(const bench_setup *setup, char *out, size_t size)
{
    size_t used = 0;
    out[0] = 0;
    for (int32_t i = 0; i < setup->ndim && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%lld", i ? "x" : "", (long long)setup->shape[i]);
}

static double share_of_copy(const bench_report *r)
{
    return r->copy_gigabytes_a_second > 0 ? r->gigabytes_a_second / r->copy_gigabytes_a_second : 0;
}

static void add_text(json_object *row, const char *key, const char *text)
{
    json_object_object_add(row, key, text ? json_object_new_string(text) : NULL);
}

/* Negative is unknown. */
static void add_number(json_object *row, const char *key, double value)
{
    json_object_object_add(row, key, value < 0 ? NULL : json_object_new_double(value));
}

json_object *bench_make_json(const bench_row *row)
{
    const bench_report *r = row->report;
    json_object *object = json_object_new_object();
    char shape[256];
    bench_format_shape(row->setup, shape, sizeof(shape));
    add_text(object, "operator", expops_operator_name(row->op));
    add_text(object, "device", expops_device_name(row->setup->device));
    add_text(object, "dtype", expops_dtype_name(row->setup->dtype));
    add_text(object, "shape", shape);
    if (row->failure) {
        add_text(object, "error", row->failure);
        return object;
    }
    add_text(object, "source", row->op->source);
    json_object_object_add(object, "tensors", json_object_new_int64((int64_t)row->num_tensors));
    json_object_object_add(object, "bytes", json_object_new_int64((int64_t)r->bytes));
    add_number(object, "microseconds", r->microseconds);
    add_number(object, "gigabytes_a_second", r->gigabytes_a_second);
    add_number(object, "copy_gigabytes_a_second", r->copy_gigabytes_a_second);
    add_number(object, "share_of_copy", share_of_copy(r));
    add_number(object, "cold_ms", r->cold_ms);
    add_number(object, "disk_ms", r->disk_ms);
    add_number(object, "memory_us", r->memory_us);
    if (row->earlier > 0)
        add_number(object, "earlier_microseconds", row->earlier);
    return object;
}

/* --- table --- */

static void print_first(double value, const char *unit)
{
    if (value < 0)
        printf("        - %s", unit);
    else
        printf(" %8.2f %s", value, unit);
}

static void print_table_row(const bench_row *row, int compares)
{
    const bench_report *r = row->report;
    char shape[256];
    bench_format_shape(row->setup, shape, sizeof(shape));
    if (row->failure) {
        printf("%-24s %-12s %s\n", expops_operator_name(row->op), shape, row->failure);
        return;
    }
    printf("%-24s %-12s %10.1f us %8.1f GB/s %5.2f", expops_operator_name(row->op), shape, r->microseconds,
           r->gigabytes_a_second, share_of_copy(r));
    if (compares && row->earlier > 0)
        printf(" %10.1f us %6.2f", row->earlier, row->earlier / r->microseconds);
    else if (compares)
        printf(" %13s %6s", "-", "-");
    print_first(r->cold_ms, "ms");
    print_first(r->disk_ms, "ms");
    print_first(r->memory_us, "us");
    putchar('\n');
}

static void print_table_head(const bench_setup *setup, int compares)
{
    printf("%s, %s, %s\n", expops_device_name(setup->device), expops_device_get_info(setup->device)->name,
           expops_dtype_name(setup->dtype));
    printf("%-24s %-12s %13s %13s %5s", "operator", "shape", "a call", "bandwidth", "/copy");
    if (compares)
        printf(" %13s %6s", "earlier", "faster");
    printf(" %11s %11s %11s\n", "first call", "disk cached", "second call");
}

/* --- CSV --- */

static void print_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

/* Unknown numbers are empty fields. */
static void print_field(int known, double value)
{
    putchar(',');
    if (known)
        printf("%.9g", value);
}

static void print_csv_row(const bench_row *row)
{
    const bench_report *r = row->report;
    const int timed = !row->failure;
    char shape[256];
    bench_format_shape(row->setup, shape, sizeof(shape));
    printf("%s,%s,%s,%s", expops_operator_name(row->op), expops_device_name(row->setup->device),
           expops_dtype_name(row->setup->dtype), shape);
    print_field(timed, (double)r->bytes);
    print_field(timed, r->microseconds);
    print_field(timed, r->gigabytes_a_second);
    print_field(timed, r->copy_gigabytes_a_second);
    print_field(timed, share_of_copy(r));
    print_field(timed && r->cold_ms >= 0, r->cold_ms);
    print_field(timed && r->disk_ms >= 0, r->disk_ms);
    print_field(timed && r->memory_us >= 0, r->memory_us);
    print_field(row->earlier > 0, row->earlier);
    putchar(',');
    if (row->failure)
        print_quoted(row->failure);
    putchar('\n');
}

void bench_print_head(const bench_setup *setup, enum bench_format format, int compares)
{
    if (format == BENCH_TABLE)
        print_table_head(setup, compares);
    if (format == BENCH_CSV)
        puts("operator,device,dtype,shape,bytes,microseconds,gigabytes_a_second,copy_gigabytes_a_second,share_of_copy,"
             "cold_ms,disk_ms,memory_us,earlier_microseconds,error");
    fflush(stdout);
}

void bench_print_row(const bench_row *row, enum bench_format format, int compares)
{
    if (format == BENCH_TABLE)
        print_table_row(row, compares);
    if (format == BENCH_CSV)
        print_csv_row(row);
    fflush(stdout);
}

/* --- an earlier run --- */

json_object *bench_load_earlier(const char *path)
{
    json_object *list = json_object_from_file(path);
    if (list && json_object_is_type(list, json_type_array))
        return list;
    tool_failed("bench: --compare %s: %s", path,
                list ? "it is no list, as --json writes it" : json_util_get_last_err());
    json_object_put(list);
    return NULL;
}

static int says(json_object *row, const char *key, const char *text)
{
    json_object *value = NULL;
    return json_object_object_get_ex(row, key, &value) && strcmp(json_object_get_string(value), text) == 0;
}

double bench_find_earlier(json_object *list, const bench_row *row)
{
    json_object *value = NULL;
    char shape[256];
    bench_format_shape(row->setup, shape, sizeof(shape));
    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        json_object *earlier = json_object_array_get_idx(list, i);
        if (json_object_is_type(earlier, json_type_object) &&
            says(earlier, "operator", expops_operator_name(row->op)) &&
            says(earlier, "device", expops_device_name(row->setup->device)) &&
            says(earlier, "dtype", expops_dtype_name(row->setup->dtype)) && says(earlier, "shape", shape) &&
            json_object_object_get_ex(earlier, "microseconds", &value))
            return json_object_get_double(value);
    }
    return 0;
}
