#include "written.h"
#include <stdlib.h>

static char *text;
static size_t size;

int written_begin(void)
{
    FILE *const memory = open_memstream(&text, &size);
    if (memory)
        stdout = memory;
    return memory != NULL;
}

static int same(const char *path)
{
    FILE *file = fopen(path, "r");
    int equal = file != NULL;
    for (size_t i = 0; equal && i < size; i++)
        equal = fgetc(file) == (unsigned char)text[i];
    equal = equal && fgetc(file) == EOF;
    if (file)
        fclose(file);
    return equal;
}

static int write_file(const char *path)
{
    FILE *file = fopen(path, "w");
    const int written = file && fwrite(text, 1, size, file) == size;
    return file && fclose(file) == 0 && written;
}

int written_end(const char *path)
{
    const int closed = fclose(stdout) == 0, done = closed && (same(path) || write_file(path));
    free(text); /* or a build with the address sanitizer ends here */
    text = NULL;
    return done;
}
