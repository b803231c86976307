/* Finding the compiler's library. In this order: the configured path and nothing else; one the process has loaded; beside
 * or inside the driver's own library; files in known directories, newest first; the linker's search. */
#include "cuhip.h"
#include "cuhip_places.h"

#include <link.h>
#include <stdio.h>
#include <string.h>

typedef struct search {
    cuhip_accept accept;
    void *context;
    cuhip_trail *trail;
} search;

static int offer(const search *s, void *library, const char *path)
{
    return library ? s->accept(library, path, s->context) : 0;
}

static int try_path(const search *s, const char *path, int only_loaded)
{
    const char *message = NULL;
    void *library = cuhip_host->open_library(path, only_loaded, &message);
    if (!library && !only_loaded)
        cuhip_trail_add(s->trail, "%s (%s); ", path, message ? message : "no reason given");
    return offer(s, library, path);
}

typedef struct loaded {
    char path[CUHIP_PATH_BYTES];
} loaded;

static int visit_loaded(struct dl_phdr_info *object, size_t size, void *context)
{
    loaded *found = context;
    const char *slash = object->dlpi_name ? strrchr(object->dlpi_name, '/') : NULL;
    if (!slash || strncmp(slash + 1, CUHIP_RTC_STEM, strlen(CUHIP_RTC_STEM)) != 0)
        return 0;
    snprintf(found->path, sizeof found->path, "%s", object->dlpi_name);
    return 1;
}

static int try_loaded(const search *s)
{
    loaded found = { "" };
    dl_iterate_phdr(visit_loaded, &found);
    return found.path[0] && try_path(s, found.path, 1);
}

static int try_places(const search *s, cuhip_places *places)
{
    int done = 0;
    for (size_t i = 0; i < places->count && !done; i++)
        done = try_path(s, places->paths[i], 0);
    return done;
}

/* The compiler that came with the driver's library, and so speaks its version. */
static int try_with_driver(const search *s)
{
    char directory[CUHIP_PATH_BYTES - 64];
    cuhip_places *places;
    int done = 0;
    void *library = cuhip_driver_library(s->trail);
    if (!library)
        return 0;
    places = cuhip_places_create();
    if (places &&
        cuhip_directory_of(cuhip_host->library_symbol(library, cuhip_names.init), directory, sizeof directory)) {
        cuhip_places_add(places, "%s/%s*", directory, CUHIP_RTC_STEM);
        cuhip_places_sort(places);
        done = try_places(s, places);
    }
    cuhip_places_destroy(places);
    return done || offer(s, library, CUHIP_DRIVER_LIBRARY);
}

static void add_patterns(cuhip_trail *trail)
{
    cuhip_trail_add(trail, "no file is called ");
    for (size_t i = 0; cuhip_rtc_patterns[i]; i++)
        cuhip_trail_add(trail, "%s or ", cuhip_rtc_patterns[i]);
    cuhip_trail_add(trail, "(among Python's packages) %s; ", cuhip_rtc_package_pattern);
}

static int try_known_places(const search *s)
{
    cuhip_places *places = cuhip_places_create();
    if (!places)
        return 0;
    for (size_t i = 0; cuhip_rtc_patterns[i]; i++)
        cuhip_places_add(places, "%s", cuhip_rtc_patterns[i]);
    cuhip_places_add_packages(places, cuhip_rtc_package_pattern);
    cuhip_places_sort(places);
    const int done = try_places(s, places);
    if (places->count == 0)
        add_patterns(s->trail);
    cuhip_places_destroy(places);
    return done;
}

int cuhip_search(cuhip_accept accept, void *context, cuhip_trail *trail)
{
    const search s = { accept, context, trail };
    const char *configured = cuhip_host->config(CUHIP_RTC_CONFIG);
    int done = 0;
    if (configured && configured[0])
        return try_path(&s, configured, 0);
    done = try_loaded(&s);
    if (!done && CUHIP_RTC_IN_DRIVER)
        done = try_with_driver(&s);
    if (!done)
        done = try_known_places(&s);
    for (size_t i = 0; cuhip_rtc_names[i] && !done; i++)
        done = try_path(&s, cuhip_rtc_names[i], 0);
    return done;
}
