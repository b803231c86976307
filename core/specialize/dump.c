#include "dump.h"
#include <stdio.h>
#include <string.h>
#include "base/env.h"
#include "base/log.h"

void expops_dump_source(const char *name, const uint8_t key[16], const char *text)
{
    const char *directory = expops_env(EXPOPS_ENV_DUMP);
    char path[600];
    if (!directory || directory[0] != '/') /* a relative one would hang on where the program happens to be */
        return;
    /* One operator has many texts: the key tells them apart, and the file is the same at each run. */
    snprintf(path, sizeof path, "%s/%s.%02x%02x%02x%02x.c", directory, name, key[0], key[1], key[2], key[3]);
    FILE *file = fopen(path, "w");
    const int written = file && fputs(text, file) >= 0;
    if ((file && fclose(file)) || !written)
        expops_log_line(1, "EXPOPS_DUMP: could not write %s", path);
}
