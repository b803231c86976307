/* A later search makes another catalogue, and disturbs nobody who uses this one. */
#include "catalogue.h"

#include <stdlib.h>
#include "base/error.h"
#include "loader.h"
#include "runtime_lock.h"

static expops_catalogue *current; /* counted; NULL before the first search */

static uint32_t rank(const expops_plugin *plugin)
{
    const char *name = expops_plugin_name(plugin);
    return name[0] ? expops_backend_rank(name) : UINT32_MAX;
}

/* Stable, so that the order of places decides among equals. */
static void sort_by_rank(expops_catalogue *catalogue)
{
    expops_plugin *rest = catalogue->first, *sorted = NULL;
    while (rest) {
        expops_plugin *plugin = rest, **at = &sorted;
        rest = plugin->next;
        while (*at && rank(*at) <= rank(plugin))
            at = &(*at)->next;
        plugin->next = *at;
        *at = plugin;
    }
    catalogue->first = sorted;
}

static void destroy(expops_catalogue *catalogue)
{
    for (expops_plugin *plugin = catalogue->first, *next; plugin; plugin = next) {
        next = plugin->next;
        free(plugin->path);
        free(plugin);
    }
    free(catalogue);
}

/* Without the lock, as a search reads folders and runs the code of what is linked in. */
static expops_status create(expops_catalogue **out_catalogue)
{
    expops_catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (!catalogue)
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY, "no memory to search for backends; free some");
    catalogue->users = 1;
    const expops_status status = expops_search(catalogue);
    if (status) {
        destroy(catalogue);
        return status;
    }
    for (expops_plugin *plugin = catalogue->first; plugin; plugin = plugin->next)
        if (plugin->linked_in)
            expops_plugin_ask(plugin); /* it has no file to be called after */
    sort_by_rank(catalogue);
    *out_catalogue = catalogue;
    return EXPOPS_OK;
}

static expops_catalogue *count_current(void)
{
    expops_runtime_lock();
    expops_catalogue *catalogue = current;
    if (catalogue)
        catalogue->users++;
    expops_runtime_unlock();
    return catalogue;
}

/* Gives up what there was, if `only_first` allows it; the caller keeps its own count. 0 where another was first. */
static int publish(expops_catalogue *catalogue, int only_first)
{
    expops_runtime_lock();
    expops_catalogue *before = current;
    const int done = !before || !only_first;
    if (done) {
        current = catalogue;
        catalogue->users++;
    }
    expops_runtime_unlock();
    if (done)
        expops_catalogue_close(before);
    return done;
}

/* Of threads that search at the same time the first to be done is everybody's: a candidate that one of them has
 * asked is then asked for all. */
expops_status expops_catalogue_open(expops_catalogue **out_catalogue)
{
    expops_catalogue *catalogue = count_current();
    while (!catalogue) {
        EXPOPS_TRY(create(&catalogue));
        if (publish(catalogue, 1))
            break;
        expops_catalogue_close(catalogue);
        catalogue = count_current();
    }
    *out_catalogue = catalogue;
    return EXPOPS_OK;
}

void expops_catalogue_close(expops_catalogue *catalogue)
{
    if (!catalogue)
        return;
    expops_runtime_lock();
    const int last = --catalogue->users == 0;
    expops_runtime_unlock();
    if (last)
        destroy(catalogue);
}

expops_status expops_catalogue_renew(void)
{
    expops_catalogue *catalogue;
    EXPOPS_TRY(create(&catalogue));
    publish(catalogue, 0);
    expops_catalogue_close(catalogue);
    return EXPOPS_OK;
}
