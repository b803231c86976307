/* Calls are counted and written down, and fail where a test wants them to. */
#include "double.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FUNCTIONS = 160 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    const char *name;
    int count;
} counted[FUNCTIONS];

const char *double_setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

static int count_call(const char *function)
{
    for (size_t i = 0; i < FUNCTIONS; i++) {
        if (!counted[i].name)
            counted[i].name = function;
        if (!strcmp(counted[i].name, function))
            return ++counted[i].count;
    }
    return 0;
}

/* "hipMalloc:2:2,hipModuleLoadData:1:209" */
static hipError_t asked_failure(const char *function, int call)
{
    const size_t length = strlen(function);
    for (const char *at = double_setting("EXPOPS_TEST_HIP_FAIL", NULL); at;
         at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        int nth, code;
        if (!strncmp(at, function, length) && sscanf(at + length, ":%d:%d", &nth, &code) == 2 && nth == call)
            return (hipError_t)code;
    }
    return hipSuccess;
}

static void write_down(const char *function, hipError_t result)
{
    const char *path = double_setting("EXPOPS_TEST_HIP_LOG", NULL);
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file)
        return;
    fprintf(file, "%s%s\n", function, result ? " fails" : "");
    fclose(file);
}

hipError_t double_record(const char *function)
{
    pthread_mutex_lock(&lock);
    const hipError_t result = asked_failure(function, count_call(function));
    write_down(function, result);
    pthread_mutex_unlock(&lock);
    return result;
}
