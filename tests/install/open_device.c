/* Opens the library named by argv[1], then, from another directory, the CPU; says which plugin that is. */
#include <dlfcn.h>
#include <expops/device.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *find(void *library, const char *name)
{
    void *function = dlsym(library, name);
    if (!function)
        fprintf(stderr, "%s\n", dlerror());
    return function;
}

#define FIND(name) __typeof__(name) *name##_ = (__typeof__(name) *)find(library, #name)

int main(int argc, char **argv)
{
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library || chdir("/")) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    FIND(expops_device_open);
    FIND(expops_error_text);
    FIND(expops_candidate_get);
    expops_device *device = NULL;
    expops_candidate candidate;
    const int failed = expops_device_open_("cpu", &device) != EXPOPS_OK;
    if (failed)
        printf("%s\n", expops_error_text_());
    for (size_t i = 0; expops_candidate_get_(i, &candidate); i++)
        if (failed || (candidate.usable && !strcmp(candidate.name, "cpu")))
            printf("%s from %s%s%s\n", candidate.name, candidate.path, candidate.reason[0] ? ": " : "",
                   candidate.reason);
    return failed;
}
