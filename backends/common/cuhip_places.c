#include "cuhip_places.h"
#include "cuhip.h"

#include <glob.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PARENTS = 6 };

cuhip_places *cuhip_places_create(void)
{
    return calloc(1, sizeof(cuhip_places));
}

void cuhip_places_destroy(cuhip_places *places)
{
    if (!places)
        return;
    for (size_t i = 0; i < places->count; i++)
        free(places->paths[i]);
    free(places);
}

static void add_path(cuhip_places *places, const char *path)
{
    if (places->count == CUHIP_MAX_PLACES)
        return;
    for (size_t i = 0; i < places->count; i++)
        if (strcmp(places->paths[i], path) == 0)
            return;
    places->paths[places->count] = strdup(path);
    places->count += places->paths[places->count] != NULL;
}

void cuhip_places_add(cuhip_places *places, const char *format, ...)
{
    char pattern[CUHIP_PATH_BYTES];
    glob_t matches;
    va_list args;
    va_start(args, format);
    const int wrote = vsnprintf(pattern, sizeof pattern, format, args);
    va_end(args);
    if (wrote < 0 || (size_t)wrote >= sizeof pattern)
        return;
    if (glob(pattern, 0, NULL, &matches) != 0)
        return;
    for (size_t i = 0; i < matches.gl_pathc; i++)
        add_path(places, matches.gl_pathv[i]);
    globfree(&matches);
}

typedef struct around {
    cuhip_places *places;
    const char *pattern;
} around;

/* "/x/lib/python3.11/site-packages/y/z.so" tells of "/x/lib/python3.11/site-packages". */
static int visit_loaded(struct dl_phdr_info *object, size_t size, void *context)
{
    static const char *const markers[] = { "/site-packages/", "/dist-packages/" };
    const around *a = context;
    for (size_t i = 0; i < sizeof markers / sizeof markers[0] && object->dlpi_name; i++) {
        const char *marker = strstr(object->dlpi_name, markers[i]);
        if (marker)
            cuhip_places_add(a->places, "%.*s%s", (int)(marker - object->dlpi_name + strlen(markers[i])),
                             object->dlpi_name, a->pattern);
    }
    return 0;
}

static void add_around_plugin(const around *a)
{
    char directory[CUHIP_PATH_BYTES - 128];
    if (!cuhip_directory_of((const void *)&cuhip_host, directory, sizeof directory))
        return;
    for (int i = 0; i < PARENTS && directory[0] == '/'; i++) {
        cuhip_places_add(a->places, "%s/%s", directory, a->pattern);
        *strrchr(directory, '/') = '\0';
    }
}

static void add_of_program(const around *a)
{
    char path[CUHIP_PATH_BYTES - 128];
    const ssize_t bytes = readlink("/proc/self/exe", path, sizeof path - 1);
    if (bytes <= 0)
        return;
    path[bytes] = '\0';
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(path, '/');
        if (!slash)
            return;
        *slash = '\0';
    }
    cuhip_places_add(a->places, "%s/lib/python3*/site-packages/%s", path, a->pattern);
}

void cuhip_places_add_packages(cuhip_places *places, const char *pattern)
{
    around a = { places, pattern };
    add_around_plugin(&a);
    dl_iterate_phdr(visit_loaded, &a);
    add_of_program(&a);
    cuhip_places_add(places, "/usr/lib/python3*/dist-packages/%s", pattern);
    cuhip_places_add(places, "/usr/local/lib/python3*/*-packages/%s", pattern);
}

/* "libx.so.12.4" gives 12 and 4; a plain "libx.so" counts as older than any. */
static void version_of(const char *path, int out[2])
{
    const char *so = strstr(strrchr(path, '/') ? strrchr(path, '/') : path, ".so");
    out[0] = out[1] = 0;
    if (so)
        (void)sscanf(so, ".so.%d.%d", &out[0], &out[1]);
}

static int is_newer(const char *a, const char *b)
{
    int version_a[2], version_b[2];
    version_of(a, version_a);
    version_of(b, version_b);
    return version_a[0] != version_b[0] ? version_a[0] > version_b[0] : version_a[1] > version_b[1];
}

void cuhip_places_sort(cuhip_places *places)
{
    for (size_t i = 1; i < places->count; i++)
        for (size_t j = i; j > 0 && is_newer(places->paths[j], places->paths[j - 1]); j--) {
            char *path = places->paths[j];
            places->paths[j] = places->paths[j - 1];
            places->paths[j - 1] = path;
        }
}
