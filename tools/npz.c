#include "npz.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "npy_header.h"

#ifdef EXPOPS_HAVE_LIBZIP
#include <zip.h>

#define SUFFIX ".npy"

static ssize_t read_member(void *cookie, char *buffer, size_t size)
{
    return (ssize_t)zip_fread(cookie, buffer, size);
}

static int close_member(void *cookie)
{
    return zip_fclose(cookie);
}

static int read_index(zip_t *archive, zip_uint64_t index, const npy_source *source, npy_array *out_array)
{
    char name[600];
    snprintf(name, sizeof(name), "%.300s:%.200s", source->name, zip_get_name(archive, index, 0));
    zip_file_t *member = zip_fopen_index(archive, index, 0);
    if (!member)
        return npy_refuse(source, "%s", zip_strerror(archive));
    FILE *file = fopencookie(member, "rb", (cookie_io_functions_t){ .read = read_member, .close = close_member });
    if (!file) {
        zip_fclose(member);
        return npy_refuse(source, "no memory");
    }
    int result = npy_read_stream(file, name, out_array, source->message);
    if (result == 0 && fgetc(file) != EOF) {
        npy_free(out_array);
        result = npy_refuse(source, "something follows the data of %s", name);
    }
    fclose(file);
    return result;
}

static zip_int64_t locate(zip_t *archive, const char *member)
{
    char file_name[300];
    snprintf(file_name, sizeof(file_name), "%.250s" SUFFIX, member);
    const zip_int64_t found = zip_name_locate(archive, file_name, 0);
    return found >= 0 ? found : zip_name_locate(archive, member, 0);
}

static int refuse_names(zip_t *archive, const npy_source *source, const char *wanted)
{
    char names[600] = "";
    const zip_int64_t count = zip_get_num_entries(archive, 0);
    for (zip_int64_t i = 0; i < count; i++) {
        const char *name = zip_get_name(archive, (zip_uint64_t)i, 0);
        size_t used = strlen(names), length = name ? strlen(name) : 0;
        if (length > strlen(SUFFIX) && strcmp(name + length - strlen(SUFFIX), SUFFIX) == 0)
            length -= strlen(SUFFIX);
        snprintf(names + used, sizeof(names) - used, "%s%.*s", i ? ", " : "", (int)length, name ? name : "");
    }
    if (wanted)
        return npy_refuse(source, "it holds no array '%.100s'; it holds: %s", wanted, names);
    return npy_refuse(source, "it holds %lld arrays; name one, such as FILE.npz:NAME: %s", (long long)count, names);
}

static int read_archive(zip_t *archive, const char *member, const char *preferred, const npy_source *source,
                        npy_array *out_array)
{
    zip_int64_t index = locate(archive, member ? member : preferred);
    if (index < 0 && !member && zip_get_num_entries(archive, 0) == 1)
        index = 0;
    if (index < 0)
        return refuse_names(archive, source, member);
    return read_index(archive, (zip_uint64_t)index, source, out_array);
}

static int refuse_code(const npy_source *source, int code)
{
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    npy_refuse(source, "%s", zip_error_strerror(&error));
    zip_error_fini(&error);
    return -1;
}

int npz_read(const char *path, const char *member, const char *preferred, npy_array *out_array,
             char message[NPY_MESSAGE_BYTES])
{
    const npy_source source = { path, message };
    int code = 0;
    zip_t *archive = zip_open(path, ZIP_RDONLY, &code);
    if (!archive)
        return refuse_code(&source, code);
    const int result = read_archive(archive, member, preferred, &source, out_array);
    zip_discard(archive);
    return result;
}

int npz_read_bytes(void *bytes, size_t size, const char *name, const char *preferred, npy_array *out_array,
                   char message[NPY_MESSAGE_BYTES])
{
    const npy_source source = { name, message };
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *memory = zip_source_buffer_create(bytes, size, 0, &error);
    zip_t *archive = memory ? zip_open_from_source(memory, ZIP_RDONLY, &error) : NULL;
    int result = -1;
    if (archive) {
        result = read_archive(archive, NULL, preferred, &source, out_array);
        zip_discard(archive);
    } else {
        npy_refuse(&source, "%s", zip_error_strerror(&error));
        zip_source_free(memory);
    }
    zip_error_fini(&error);
    return result;
}

static int add_member(zip_t *archive, const char *member, char *bytes, size_t size, const npy_source *source)
{
    char name[300];
    snprintf(name, sizeof(name), "%.250s" SUFFIX, member);
    zip_source_t *memory = zip_source_buffer(archive, bytes, size, 0);
    const zip_int64_t index = memory ? zip_file_add(archive, name, memory, ZIP_FL_OVERWRITE) : -1;
    if (index >= 0 && zip_set_file_compression(archive, (zip_uint64_t)index, ZIP_CM_STORE, 0) == 0)
        return 0;
    if (index < 0 && memory)
        zip_source_free(memory);
    return npy_refuse(source, "it could not be written (%s)", zip_strerror(archive));
}

int npz_write(const char *path, const char *member, const npy_array *array, int big_endian,
              char message[NPY_MESSAGE_BYTES])
{
    const npy_source source = { path, message };
    char *bytes = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&bytes, &size);
    if (!file)
        return npy_refuse(&source, "no memory");
    npy_write_stream(file, array, big_endian);
    const int failed = ferror(file);
    if (fclose(file) || failed) {
        free(bytes);
        return npy_refuse(&source, "no memory");
    }
    int code = 0, result;
    zip_t *archive = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!archive) {
        result = refuse_code(&source, code);
    } else if ((result = add_member(archive, member, bytes, size, &source)) || zip_close(archive)) {
        if (!result)
            result = npy_refuse(&source, "it could not be written (%s)", zip_strerror(archive));
        zip_discard(archive);
    }
    free(bytes);
    return result;
}

#else

static int refuse(const char *name, char *message)
{
    const npy_source source = { name, message };
    return npy_refuse(&source, "this expops was built without libzip, which .npz files need; use .npy files");
}

int npz_read(const char *path, const char *member, const char *preferred, npy_array *out_array,
             char message[NPY_MESSAGE_BYTES])
{
    return refuse(path, message);
}

int npz_read_bytes(void *bytes, size_t size, const char *name, const char *preferred, npy_array *out_array,
                   char message[NPY_MESSAGE_BYTES])
{
    return refuse(name, message);
}

int npz_write(const char *path, const char *member, const npy_array *array, int big_endian,
              char message[NPY_MESSAGE_BYTES])
{
    return refuse(path, message);
}

#endif
