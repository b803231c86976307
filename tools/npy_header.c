#include "npy_header.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DESCR_BYTES = 8 };

/* NumPy's name of a type without the byte order: a letter by DLPack's code, and bytes. It has none for bf16. */
static const char *descr_of(expops_dtype dtype, char text[DESCR_BYTES])
{
    snprintf(text, DESCR_BYTES, "%c%zu", "iuf?Vcb"[expops_dtype_to_dl(dtype).code], expops_dtype_bytes(dtype));
    return text;
}

static int refuse_type(const npy_source *source, const char *descr)
{
    char taken[DESCR_BYTES * EXPOPS_DTYPE_COUNT], one[DESCR_BYTES];
    size_t used = 0;
    for (int t = 0; t < EXPOPS_DTYPE_COUNT; t++)
        used +=
            (size_t)snprintf(taken + used, sizeof taken - used, "%s%s", t ? " " : "", descr_of((expops_dtype)t, one));
    return npy_refuse(source, "element type '%s' is not taken; %s (bf16 is V2) are", descr, taken);
}

int npy_refuse(const npy_source *source, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const int used = snprintf(source->message, NPY_MESSAGE_BYTES, "%.500s: ", source->name);
    vsnprintf(source->message + used, NPY_MESSAGE_BYTES - (size_t)used, format, list);
    va_end(list);
    return -1;
}

typedef struct reader {
    const npy_source *source;
    const char *at; /* in the header's text */
    npy_array *array;
    int big_endian;
} reader;

#define refuse(r, ...) npy_refuse((r)->source, __VA_ARGS__)

static void skip_blanks(reader *r)
{
    while (*r->at == ' ' || *r->at == '\n' || *r->at == '\t')
        r->at++;
}

/* Steps over `token` if it comes next. */
static int accept(reader *r, const char *token)
{
    skip_blanks(r);
    const size_t length = strlen(token);
    if (strncmp(r->at, token, length))
        return 0;
    r->at += length;
    return 1;
}

static int read_string(reader *r, char *out, size_t size)
{
    skip_blanks(r);
    const char quote = *r->at;
    if (quote != '\'' && quote != '"')
        return -1;
    const char *end = strchr(r->at + 1, quote);
    if (!end || (size_t)(end - r->at) > size)
        return -1;
    const size_t length = (size_t)(end - r->at - 1);
    memcpy(out, r->at + 1, length);
    out[length] = 0;
    r->at = end + 1;
    return 0;
}

static int read_type(reader *r)
{
    char descr[16], one[DESCR_BYTES];
    if (read_string(r, descr, sizeof(descr)))
        return refuse(r, "its element type is not one word; structured arrays are not taken");
    for (int t = 0; t < EXPOPS_DTYPE_COUNT; t++)
        if (descr[0] && strchr("<>|=", descr[0]) && strcmp(descr + 1, descr_of((expops_dtype)t, one)) == 0) {
            r->array->dtype = (expops_dtype)t;
            r->big_endian = descr[0] == '>';
            return 0;
        }
    return refuse_type(r->source, descr);
}

static int read_shape(reader *r)
{
    r->array->ndim = 0;
    if (!accept(r, "("))
        return refuse(r, "its shape is not a tuple");
    while (!accept(r, ")")) {
        char *end;
        skip_blanks(r);
        errno = 0;
        const long long size = strtoll(r->at, &end, 10);
        if (end == r->at || errno || size < 0)
            return refuse(r, "dimension %d of its shape is not a number from 0 to 2^63 - 1", r->array->ndim);
        if (r->array->ndim == EXPOPS_MAX_RANK)
            return refuse(r, "it has more than %d dimensions", EXPOPS_MAX_RANK);
        r->array->shape[r->array->ndim++] = size;
        r->at = end;
        if (!accept(r, ",")) {
            skip_blanks(r);
            if (*r->at != ')')
                return refuse(r, "its shape is not a tuple");
        }
    }
    return 0;
}

/* One `key: value` of the dictionary; each key may come once. */
static int read_entry(reader *r, unsigned *seen)
{
    static const char *const keys[] = { "descr", "fortran_order", "shape" };
    char key[32];
    if (read_string(r, key, sizeof(key)) || !accept(r, ":"))
        return refuse(r, "its header is not a dictionary of descr, fortran_order and shape");
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(key, keys[i]))
            continue;
        if (*seen & 1u << i)
            return refuse(r, "its header says '%s' twice", key);
        *seen |= 1u << i;
        if (i == 0)
            return read_type(r);
        if (i == 2)
            return read_shape(r);
        r->array->fortran_order = accept(r, "True");
        return r->array->fortran_order || accept(r, "False") ? 0 : refuse(r, "fortran_order is neither True nor False");
    }
    return refuse(r, "its header has an unknown key '%s'", key);
}

static int read_dictionary(reader *r)
{
    unsigned seen = 0;
    if (!accept(r, "{"))
        return refuse(r, "its header is not a dictionary");
    while (!accept(r, "}")) {
        if (read_entry(r, &seen))
            return -1;
        if (!accept(r, ",")) {
            skip_blanks(r);
            if (*r->at != '}')
                return refuse(r, "its header is not a dictionary");
        }
    }
    skip_blanks(r);
    if (*r->at)
        return refuse(r, "something follows the dictionary in its header");
    return seen == 7 ? 0 : refuse(r, "its header lacks one of descr, fortran_order and shape");
}

int npy_parse_header(const npy_source *source, const char *text, npy_array *array, int *out_big_endian)
{
    reader r = { .source = source, .at = text, .array = array };
    const int result = read_dictionary(&r);
    *out_big_endian = r.big_endian;
    return result;
}

size_t npy_make_header(const npy_array *array, int big_endian, char *out, size_t size)
{
    char descr[DESCR_BYTES];
    const char order = expops_dtype_bytes(array->dtype) == 1 ? '|' : big_endian ? '>' : '<';
    int used = snprintf(out, size, "{'descr': '%c%s', 'fortran_order': %s, 'shape': (", order,
                        descr_of(array->dtype, descr), array->fortran_order ? "True" : "False");
    for (int32_t i = 0; i < array->ndim; i++)
        used += snprintf(out + used, size - (size_t)used, "%lld,%s", (long long)array->shape[i],
                         i + 1 < array->ndim ? " " : "");
    used += snprintf(out + used, size - (size_t)used, "), }");
    while ((NPY_PREFIX_BYTES + 2 + used + 1) % 64)
        out[used++] = ' ';
    out[used++] = '\n';
    return (size_t)used;
}
