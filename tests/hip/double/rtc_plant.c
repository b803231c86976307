#include "double.h"
#include <stdlib.h>
#include <string.h>

const char *double_planted(const char *source)
{
    static char *kept;
    const char *plant = double_setting("EXPOPS_TEST_HIP_PLANT", NULL), *arrow = plant ? strstr(plant, "=>") : NULL;
    const size_t length = arrow ? (size_t)(arrow - plant) : 0;
    const char *at = length ? memmem(source, strlen(source), plant, length) : NULL;
    char *text = at ? malloc(strlen(source) + strlen(arrow) + 1) : NULL;
    if (!text)
        return source;
    memcpy(text, source, (size_t)(at - source));
    strcpy(text + (at - source), arrow + 2);
    strcat(text, at + length);
    free(kept);
    return kept = text;
}
