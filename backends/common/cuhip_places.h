/* Files that match patterns, sorted by the version in their names. */
#ifndef CUHIP_PLACES_H
#define CUHIP_PLACES_H

#include <stddef.h>

enum { CUHIP_PATH_BYTES = 1024, CUHIP_MAX_PLACES = 64 };

typedef struct cuhip_places {
    char *paths[CUHIP_MAX_PLACES];
    size_t count;
} cuhip_places;

cuhip_places *cuhip_places_create(void);
void cuhip_places_destroy(cuhip_places *places);
/* Adds the files that match a pattern of glob(3), each once, as far as there is room and memory. */
void cuhip_places_add(cuhip_places *places, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds `pattern` below every directory of Python packages that can be told without asking Python: around this plugin, around
 * libraries that the process has loaded, and those of the running program's own prefix. */
void cuhip_places_add_packages(cuhip_places *places, const char *pattern);
/* Newest first; files of one version stay in the order they were added. */
void cuhip_places_sort(cuhip_places *places);

#endif
