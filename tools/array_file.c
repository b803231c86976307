#include "array_file.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "npy_header.h"
#include "npz.h"

#define STANDARD_INPUT "standard input"
#define STANDARD_OUTPUT "standard output"

static int input_was_read;

static int is_archive(const char *path, size_t length)
{
    return length > 4 && strncmp(path + length - 4, ".npz", 4) == 0;
}

/* All of a stream; NULL where there is no memory or it cannot be read. */
static char *load_all(FILE *file, size_t *out_size)
{
    char block[65536], *bytes = NULL;
    FILE *memory = open_memstream(&bytes, out_size);
    if (!memory)
        return NULL;
    for (size_t got; (got = fread(block, 1, sizeof(block), file)) > 0;)
        fwrite(block, 1, got, memory);
    const int failed = ferror(file) || ferror(memory);
    if (fclose(memory) || failed) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

static int read_input(const char *preferred, npy_array *out_array, char *message)
{
    const npy_source source = { STANDARD_INPUT, message };
    input_was_read = 1;
    const int first = getc(stdin);
    ungetc(first, stdin);
    if (first == EOF)
        return npy_refuse(&source, "it has no further array");
    if (first != 'P') /* an archive begins with PK */
        return npy_read_stream(stdin, STANDARD_INPUT, out_array, message);
    size_t size = 0;
    char *bytes = load_all(stdin, &size);
    if (!bytes)
        return npy_refuse(&source, "it could not be read (%s)", strerror(errno));
    const int result = npz_read_bytes(bytes, size, STANDARD_INPUT, preferred, out_array, message);
    free(bytes);
    return result;
}

int array_file_read(const char *word, const char *preferred, npy_array *out_array, char message[NPY_MESSAGE_BYTES])
{
    if (strcmp(word, "-") == 0)
        return read_input(preferred, out_array, message);
    if (is_archive(word, strlen(word)))
        return npz_read(word, NULL, preferred, out_array, message);
    const char *colon = strrchr(word, ':');
    if (!colon || !colon[1] || !is_archive(word, (size_t)(colon - word)))
        return npy_read(word, out_array, message);
    char path[4096];
    snprintf(path, sizeof(path), "%.*s", (int)(colon - word), word);
    return npz_read(path, colon + 1, preferred, out_array, message);
}

int array_file_input_left(void)
{
    return input_was_read && getc(stdin) != EOF;
}

static int write_stream(FILE *file, const char *name, const npy_array *array, array_layout layout, char *message)
{
    const npy_source source = { name, message };
    if (!file)
        return npy_refuse(&source, "it cannot be written (%s)", strerror(errno));
    npy_write_stream(file, array, layout.big_endian);
    int failed = fflush(file) || ferror(file);
    if (file != stdout)
        failed |= fclose(file);
    return failed ? npy_refuse(&source, "it could not be written (%s)", strerror(errno)) : 0;
}

static int write_in_order(const char *word, const npy_array *array, array_layout layout, char *message)
{
    if (strcmp(word, "-") == 0)
        return write_stream(stdout, STANDARD_OUTPUT, array, layout, message);
    if (is_archive(word, strlen(word)))
        return npz_write(word, "out", array, layout.big_endian, message);
    return write_stream(fopen(word, "wb"), word, array, layout, message);
}

int array_file_write(const char *word, const npy_array *array, array_layout layout, char message[NPY_MESSAGE_BYTES])
{
    const npy_source source = { word, message };
    npy_array turned;
    if (layout.fortran_order == array->fortran_order)
        return write_in_order(word, array, layout, message);
    if (npy_turn(array, &turned))
        return npy_refuse(&source, "no memory to turn it into the other order");
    const int result = write_in_order(word, &turned, layout, message);
    npy_free(&turned);
    return result;
}
