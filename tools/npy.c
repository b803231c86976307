#include "npy.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/size.h"
#include "npy_header.h"

enum { HEADER_LIMIT = 65536, FIRST_BYTES = 1 << 20 };
static const unsigned char magic[6] = { 0x93, 'N', 'U', 'M', 'P', 'Y' };

/* The header's text, zero-terminated; *out_offset is the number of bytes before the data. */
static char *load_header(const npy_source *source, FILE *file, uint64_t *out_offset)
{
    unsigned char prefix[NPY_PREFIX_BYTES + 4];
    if (fread(prefix, 1, NPY_PREFIX_BYTES, file) != NPY_PREFIX_BYTES || memcmp(prefix, magic, sizeof(magic))) {
        npy_refuse(source, "it is not a .npy file; numpy.save writes one");
        return NULL;
    }
    const unsigned version = prefix[6];
    if (version < 1 || version > 3) {
        npy_refuse(source, ".npy version %u is not known; 1 to 3 are", version);
        return NULL;
    }
    const size_t width = version == 1 ? 2 : 4;
    uint32_t length = 0;
    if (fread(prefix + NPY_PREFIX_BYTES, 1, width, file) != width) {
        npy_refuse(source, "it ends within its header");
        return NULL;
    }
    for (size_t i = 0; i < width; i++)
        length |= (uint32_t)prefix[NPY_PREFIX_BYTES + i] << 8 * i;
    if (length > HEADER_LIMIT) {
        npy_refuse(source, "its header claims %u bytes; at most %d are taken", length, HEADER_LIMIT);
        return NULL;
    }
    char *text = malloc(length + 1);
    if (!text || fread(text, 1, length, file) != length || memchr(text, 0, length)) {
        npy_refuse(source, "it ends within its header, or has a zero byte there");
        free(text);
        return NULL;
    }
    text[length] = 0;
    *out_offset = NPY_PREFIX_BYTES + width + length;
    return text;
}

static int refuse_size(const npy_source *source, uint64_t wanted, uint64_t there)
{
    return npy_refuse(source, "its shape asks for %llu bytes of data, but %llu follow the header",
                      (unsigned long long)wanted, (unsigned long long)there);
}

/* Of a regular file the data is what is left of it; a stream may have more to come. */
static int check_size(const npy_source *source, npy_array *array, FILE *file, uint64_t offset, uint64_t *out_bytes)
{
    struct stat status;
    int64_t bytes;
    if (!expops_checked_numel(array->ndim, array->shape, &array->numel) ||
        !expops_checked_multiply(array->numel, (int64_t)expops_dtype_bytes(array->dtype), &bytes))
        return npy_refuse(source, "its shape asks for more bytes than a file can have");
    *out_bytes = (uint64_t)bytes;
    if (file == stdin || fileno(file) < 0 || fstat(fileno(file), &status) || !S_ISREG(status.st_mode))
        return 0;
    const uint64_t there = (uint64_t)status.st_size > offset ? (uint64_t)status.st_size - offset : 0;
    return there == (uint64_t)bytes ? 0 : refuse_size(source, (uint64_t)bytes, there);
}

/* Memory grows with what has come, so that a hostile shape cannot ask for more than twice of that. */
static int load_data(const npy_source *source, FILE *file, uint64_t bytes, npy_array *array)
{
    uint64_t there = 0, room = 0;
    do {
        const uint64_t wanted = room ? 2 * room : FIRST_BYTES;
        room = wanted < bytes ? wanted : bytes;
        void *grown = realloc(array->data, room ? room : 1);
        if (!grown)
            return npy_refuse(source, "no memory for its %llu bytes", (unsigned long long)bytes);
        array->data = grown;
        there += fread((char *)grown + there, 1, room - there, file);
    } while (there == room && room < bytes);
    if (ferror(file))
        return npy_refuse(source, "it could not be read (%s)", strerror(errno));
    return there == bytes ? 0 : refuse_size(source, bytes, there);
}

static size_t part_bytes(expops_dtype dtype)
{
    const int complex = dtype == EXPOPS_DTYPE_C64 || dtype == EXPOPS_DTYPE_C128;
    return expops_dtype_bytes(dtype) / (complex ? 2 : 1);
}

/* Either byte order from the other. */
static void swap_bytes(unsigned char *data, size_t bytes, size_t width)
{
    for (size_t i = 0; i + width <= bytes; i += width)
        for (size_t k = 0; k < width / 2; k++) {
            const unsigned char kept = data[i + k];
            data[i + k] = data[i + width - 1 - k];
            data[i + width - 1 - k] = kept;
        }
}

int npy_read_stream(FILE *file, const char *name, npy_array *out_array, char message[NPY_MESSAGE_BYTES])
{
    const npy_source source = { name, message };
    uint64_t offset = 0, bytes = 0;
    int big_endian = 0;
    *out_array = (npy_array){ 0 };
    char *text = load_header(&source, file, &offset);
    if (!text)
        return -1;
    const int failed = npy_parse_header(&source, text, out_array, &big_endian) ||
                       check_size(&source, out_array, file, offset, &bytes) ||
                       load_data(&source, file, bytes, out_array);
    free(text);
    if (failed)
        npy_free(out_array);
    else if (big_endian)
        swap_bytes(out_array->data, bytes, part_bytes(out_array->dtype));
    return failed ? -1 : 0;
}

int npy_read(const char *path, npy_array *out_array, char message[NPY_MESSAGE_BYTES])
{
    const npy_source source = { path, message };
    FILE *file = fopen(path, "rb");
    if (!file)
        return npy_refuse(&source, "it cannot be opened (%s)", strerror(errno));
    const int result = npy_read_stream(file, path, out_array, message);
    fclose(file);
    return result;
}

static void write_swapped(FILE *file, const npy_array *array, size_t bytes)
{
    unsigned char block[4096]; /* a multiple of every width */
    for (size_t at = 0; at < bytes; at += sizeof(block)) {
        const size_t now = bytes - at < sizeof(block) ? bytes - at : sizeof(block);
        memcpy(block, (const char *)array->data + at, now);
        swap_bytes(block, now, part_bytes(array->dtype));
        fwrite(block, 1, now, file);
    }
}

void npy_write_stream(FILE *file, const npy_array *array, int big_endian)
{
    char text[1024];
    const size_t length = npy_make_header(array, big_endian, text, sizeof(text) - 64);
    const unsigned char prefix[NPY_PREFIX_BYTES + 2] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)(length & 255), (unsigned char)(length >> 8)
    };
    const size_t bytes = (size_t)array->numel * expops_dtype_bytes(array->dtype);
    fwrite(prefix, 1, sizeof(prefix), file);
    fwrite(text, 1, length, file);
    if (big_endian)
        write_swapped(file, array, bytes);
    else
        fwrite(array->data, 1, bytes, file);
}

int npy_write(const char *path, const npy_array *array, char message[NPY_MESSAGE_BYTES])
{
    const npy_source source = { path, message };
    FILE *file = fopen(path, "wb");
    if (!file)
        return npy_refuse(&source, "it cannot be written (%s)", strerror(errno));
    npy_write_stream(file, array, 0);
    const int failed = ferror(file);
    if (fclose(file) || failed)
        return npy_refuse(&source, "it could not be written (%s)", strerror(errno));
    return 0;
}

int npy_turn(const npy_array *array, npy_array *out_turned)
{
    const size_t width = expops_dtype_bytes(array->dtype);
    *out_turned = *array;
    out_turned->fortran_order = !array->fortran_order;
    out_turned->data = malloc(array->numel ? (size_t)array->numel * width : 1);
    if (!out_turned->data)
        return -1;
    for (int64_t to = 0; to < array->numel; to++) {
        int64_t from = 0, rest = to, step = array->numel;
        for (int32_t k = 0; k < array->ndim; k++) { /* the fastest dimension of one order is the slowest of the other */
            const int64_t size = array->shape[out_turned->fortran_order ? k : array->ndim - 1 - k];
            step /= size;
            from += rest % size * step;
            rest /= size;
        }
        memcpy((char *)out_turned->data + (size_t)to * width, (const char *)array->data + (size_t)from * width, width);
    }
    return 0;
}

void npy_free(npy_array *array)
{
    free(array->data);
    array->data = NULL;
}
