#include "npy.h"
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/size.h"

enum { HEADER_LIMIT = 65536, PREFIX_BYTES = 8 };
static const unsigned char magic[6] = { 0x93, 'N', 'U', 'M', 'P', 'Y' };

static const struct {
    const char *descr; /* without the byte order */
    expops_dtype dtype;
} types[] = {
    { "f2", EXPOPS_DTYPE_F16 },  { "f4", EXPOPS_DTYPE_F32 }, { "f8", EXPOPS_DTYPE_F64 },   { "i1", EXPOPS_DTYPE_I8 },
    { "i2", EXPOPS_DTYPE_I16 },  { "i4", EXPOPS_DTYPE_I32 }, { "i8", EXPOPS_DTYPE_I64 },   { "u1", EXPOPS_DTYPE_U8 },
    { "b1", EXPOPS_DTYPE_BOOL }, { "c8", EXPOPS_DTYPE_C64 }, { "c16", EXPOPS_DTYPE_C128 }, { "V2", EXPOPS_DTYPE_BF16 },
};
enum { NUM_TYPES = sizeof(types) / sizeof(*types) };
_Static_assert(NUM_TYPES == (int)EXPOPS_DTYPE_COUNT, "every element type has a descr");

/* A file being read. */
typedef struct reader {
    const char *path;
    char *message;
    const char *at; /* in the header's text */
} reader;

__attribute__((format(printf, 2, 3))) static int refuse(reader *r, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const int used = snprintf(r->message, NPY_MESSAGE_BYTES, "%.500s: ", r->path);
    vsnprintf(r->message + used, NPY_MESSAGE_BYTES - (size_t)used, format, list);
    va_end(list);
    return -1;
}

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

static int read_type(reader *r, npy_array *array)
{
    char descr[16];
    if (read_string(r, descr, sizeof(descr)))
        return refuse(r, "its element type is not one word; structured arrays are not taken");
    if (descr[0] == '>')
        return refuse(r, "its elements are big-endian ('%s'); save it little-endian, array.astype('<%s')", descr,
                      descr + 1);
    for (size_t i = 0; i < NUM_TYPES; i++)
        if (descr[0] && strchr("<|=", descr[0]) && strcmp(descr + 1, types[i].descr) == 0) {
            array->dtype = types[i].dtype;
            return 0;
        }
    return refuse(r, "element type '%s' is not taken; f2 f4 f8 i1 i2 i4 i8 u1 b1 c8 c16 and V2 (bf16) are", descr);
}

static int read_shape(reader *r, npy_array *array)
{
    array->ndim = 0;
    if (!accept(r, "("))
        return refuse(r, "its shape is not a tuple");
    while (!accept(r, ")")) {
        char *end;
        skip_blanks(r);
        errno = 0;
        const long long size = strtoll(r->at, &end, 10);
        if (end == r->at || errno || size < 0)
            return refuse(r, "dimension %d of its shape is not a number from 0 to 2^63 - 1", array->ndim);
        if (array->ndim == EXPOPS_MAX_RANK)
            return refuse(r, "it has more than %d dimensions", EXPOPS_MAX_RANK);
        array->shape[array->ndim++] = size;
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
static int read_entry(reader *r, npy_array *array, unsigned *seen)
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
            return read_type(r, array);
        if (i == 2)
            return read_shape(r, array);
        array->fortran_order = accept(r, "True");
        return array->fortran_order || accept(r, "False") ? 0 : refuse(r, "fortran_order is neither True nor False");
    }
    return refuse(r, "its header has an unknown key '%s'", key);
}

static int read_dictionary(reader *r, npy_array *array)
{
    unsigned seen = 0;
    if (!accept(r, "{"))
        return refuse(r, "its header is not a dictionary");
    while (!accept(r, "}")) {
        if (read_entry(r, array, &seen))
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

/* The header's text, zero-terminated, and the number of bytes before the data. */
static char *load_header(reader *r, FILE *file, uint64_t *out_offset)
{
    unsigned char prefix[PREFIX_BYTES + 4];
    if (fread(prefix, 1, PREFIX_BYTES, file) != PREFIX_BYTES || memcmp(prefix, magic, sizeof(magic))) {
        refuse(r, "it is not a .npy file; numpy.save writes one");
        return NULL;
    }
    const unsigned version = prefix[6];
    if (version < 1 || version > 3) {
        refuse(r, ".npy version %u is not known; 1 to 3 are", version);
        return NULL;
    }
    const size_t width = version == 1 ? 2 : 4;
    uint32_t length = 0;
    if (fread(prefix + PREFIX_BYTES, 1, width, file) != width) {
        refuse(r, "it ends within its header");
        return NULL;
    }
    for (size_t i = 0; i < width; i++)
        length |= (uint32_t)prefix[PREFIX_BYTES + i] << 8 * i;
    if (length > HEADER_LIMIT) {
        refuse(r, "its header claims %u bytes; at most %d are taken", length, HEADER_LIMIT);
        return NULL;
    }
    char *text = malloc(length + 1);
    if (!text || fread(text, 1, length, file) != length || memchr(text, 0, length)) {
        refuse(r, "it ends within its header, or has a zero byte there");
        free(text);
        return NULL;
    }
    text[length] = 0;
    *out_offset = PREFIX_BYTES + width + length;
    return text;
}

/* The size of the data must be what is left of the file, so a hostile shape cannot ask for more memory than that. */
static int check_size(reader *r, npy_array *array, FILE *file, uint64_t offset, uint64_t *out_bytes)
{
    struct stat status;
    if (fstat(fileno(file), &status) || !S_ISREG(status.st_mode))
        return refuse(r, "it is not a regular file");
    int64_t bytes;
    if (!expops_checked_numel(array->ndim, array->shape, &array->numel) ||
        !expops_checked_multiply(array->numel, (int64_t)expops_dtype_bytes(array->dtype), &bytes))
        return refuse(r, "its shape asks for more bytes than a file can have");
    const uint64_t there = (uint64_t)status.st_size > offset ? (uint64_t)status.st_size - offset : 0;
    if (there != (uint64_t)bytes)
        return refuse(r, "its shape asks for %llu bytes of data, but %llu follow the header", (unsigned long long)bytes,
                      (unsigned long long)there);
    *out_bytes = (uint64_t)bytes;
    return 0;
}

static int read_file(reader *r, FILE *file, npy_array *array)
{
    uint64_t offset = 0, bytes = 0;
    char *text = load_header(r, file, &offset);
    if (!text)
        return -1;
    r->at = text;
    const int failed = read_dictionary(r, array) || check_size(r, array, file, offset, &bytes);
    free(text);
    if (failed)
        return -1;
    array->data = malloc(bytes ? bytes : 1);
    if (!array->data)
        return refuse(r, "no memory for its %llu bytes", (unsigned long long)bytes);
    if (fread(array->data, 1, bytes, file) != bytes) {
        npy_free(array);
        return refuse(r, "it could not be read (%s)", strerror(errno));
    }
    return 0;
}

int npy_read(const char *path, npy_array *out_array, char message[NPY_MESSAGE_BYTES])
{
    reader r = { .path = path, .message = message };
    FILE *file = fopen(path, "rb");
    if (!file)
        return refuse(&r, "it cannot be opened (%s)", strerror(errno));
    *out_array = (npy_array){ 0 };
    const int result = read_file(&r, file, out_array);
    fclose(file);
    return result;
}

static size_t make_header(const npy_array *array, char *out, size_t size)
{
    const char *descr = "";
    for (size_t i = 0; i < NUM_TYPES; i++)
        if (types[i].dtype == array->dtype)
            descr = types[i].descr;
    const char order = expops_dtype_bytes(array->dtype) == 1 ? '|' : '<';
    int used = snprintf(out, size, "{'descr': '%c%s', 'fortran_order': %s, 'shape': (", order, descr,
                        array->fortran_order ? "True" : "False");
    for (int32_t i = 0; i < array->ndim; i++)
        used += snprintf(out + used, size - (size_t)used, "%lld,%s", (long long)array->shape[i],
                         i + 1 < array->ndim ? " " : "");
    used += snprintf(out + used, size - (size_t)used, "), }");
    while ((PREFIX_BYTES + 2 + used + 1) % 64)
        out[used++] = ' ';
    out[used++] = '\n';
    return (size_t)used;
}

int npy_write(const char *path, const npy_array *array, char message[NPY_MESSAGE_BYTES])
{
    reader r = { .path = path, .message = message };
    char text[1024];
    const size_t length = make_header(array, text, sizeof(text) - 64);
    const unsigned char prefix[PREFIX_BYTES + 2] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)(length & 255), (unsigned char)(length >> 8)
    };
    FILE *file = fopen(path, "wb");
    if (!file)
        return refuse(&r, "it cannot be written (%s)", strerror(errno));
    const size_t bytes = (size_t)array->numel * expops_dtype_bytes(array->dtype);
    const int failed = fwrite(prefix, 1, sizeof(prefix), file) != sizeof(prefix) ||
                       fwrite(text, 1, length, file) != length || fwrite(array->data, 1, bytes, file) != bytes;
    if (fclose(file) || failed)
        return refuse(&r, "it could not be written (%s)", strerror(errno));
    return 0;
}

void npy_free(npy_array *array)
{
    free(array->data);
    array->data = NULL;
}
