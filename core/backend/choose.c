/* From a list of wishes to one open device. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "base/near.h"
#include "catalogue.h"
#include "device_internal.h"
#include "loader.h"
#include "runtime_lock.h"
#include "selection.h"

enum { REPORT_BYTES = 6144 };

/* One sentence for each backend that could not be had. */
typedef struct report {
    char text[REPORT_BYTES];
    size_t used;
    expops_status status; /* of the only thing tried, if that was opening a device */
    uint32_t count;
    int excluded;       /* something was found that is not wanted */
    int no_memory;      /* for one of them at least: later there may be some */
    const char *places; /* that were searched, where one was not found; or NULL */
} report;

static void add(report *why, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void add(report *why, const char *name, const char *format, ...)
{
    char sentence[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const size_t length = strlen(sentence);
    const char *stop = length && strchr(".!?", sentence[length - 1]) ? "" : ".";
    const int written = snprintf(why->text + why->used, REPORT_BYTES - why->used, " %s: %s%s", name, sentence, stop);
    if (written > 0)
        why->used = why->used + (size_t)written < REPORT_BYTES ? why->used + (size_t)written : REPORT_BYTES - 1;
    why->status = EXPOPS_ERR_UNAVAILABLE;
    why->count++;
}

/* --- names --- */

static int is_called(const expops_catalogue *catalogue, const char *name)
{
    int found = 0;
    expops_runtime_lock();
    for (const expops_plugin *plugin = catalogue->first; plugin && !found; plugin = plugin->next)
        found = !strcmp(expops_plugin_name(plugin), name);
    expops_runtime_unlock();
    return found;
}

static int is_known(const expops_catalogue *catalogue, const char *name)
{
    return expops_backend_known(name) || is_called(catalogue, name) || expops_plugin_find(catalogue, name);
}

/* Names of known backends that are not installed count, too: what is there may be nothing like what was meant. */
static int find_near(const expops_catalogue *catalogue, const char *name, char out_name[EXPOPS_NAME_BYTES])
{
    int found = 0;
    expops_runtime_lock();
    for (const expops_plugin *plugin = catalogue->first; plugin && !found; plugin = plugin->next) {
        found = expops_nearly_equal(name, expops_plugin_name(plugin));
        if (found)
            memcpy(out_name, expops_plugin_name(plugin), EXPOPS_NAME_BYTES);
    }
    expops_runtime_unlock();
    for (size_t i = 0; !found && expops_known_backend(i, out_name); i++)
        found = expops_nearly_equal(name, out_name);
    return found;
}

static void list_names(const expops_catalogue *catalogue, char *out, size_t bytes)
{
    size_t used = 0;
    expops_runtime_lock();
    for (const expops_plugin *plugin = catalogue->first; plugin && used < bytes; plugin = plugin->next)
        if (expops_plugin_name(plugin)[0] && plugin->cause != EXPOPS_CAUSE_DUPLICATE)
            used += (size_t)snprintf(out + used, bytes - used, "%s%s", used ? ", " : "", expops_plugin_name(plugin));
    expops_runtime_unlock();
}

/* Whether memory ran out for any: it may be the one that is looked for. */
static int any_without_memory(const expops_catalogue *catalogue)
{
    int found = 0;
    expops_runtime_lock();
    for (const expops_plugin *plugin = catalogue->first; plugin && !found; plugin = plugin->next)
        found = plugin->cause == EXPOPS_CAUSE_OUT_OF_MEMORY;
    expops_runtime_unlock();
    return found;
}

static expops_status fail_unknown(const expops_catalogue *catalogue, const char *name)
{
    char near[EXPOPS_NAME_BYTES], found[512] = "";
    if (any_without_memory(catalogue))
        return expops_fail(EXPOPS_ERR_OUT_OF_MEMORY,
                           "backend \"%s\": memory ran out while plugins were loaded; free some", name);
    list_names(catalogue, found, sizeof found);
    const int has_near = find_near(catalogue, name, near);
    return expops_fail(EXPOPS_ERR_NOT_FOUND, "there is no backend \"%s\"%s%s%s; found: %s", name,
                       has_near ? "; did you mean \"" : "", has_near ? near : "", has_near ? "\"?" : "",
                       found[0] ? found : "none; run `expops doctor` to see where they are looked for");
}

static expops_status check_names(const expops_catalogue *catalogue, const expops_selection *selection)
{
    for (uint32_t i = 0; i < selection->count; i++)
        if (selection->items[i].kind != EXPOPS_SELECT_AUTO && !is_known(catalogue, selection->items[i].name))
            return fail_unknown(catalogue, selection->items[i].name);
    return EXPOPS_OK;
}

/* --- trying --- */

/* Opens one device; a failure goes into the report. *out_device is NULL where the next wish may be
 * tried; a device lost by a fork ends the search, because falling back would hide a defect of the
 * caller. */
static expops_status try_device(expops_plugin *plugin, uint32_t ordinal, report *why, expops_device **out_device)
{
    *out_device = NULL;
    const expops_status status = expops_device_acquire(plugin, ordinal, out_device);
    if (status == EXPOPS_OK) {
        const expops_status forked = expops_device_usable(*out_device);
        if (forked == EXPOPS_OK)
            return EXPOPS_OK;
        expops_device_release(*out_device);
        *out_device = NULL;
        return forked;
    }
    add(why, plugin->name, "Device %u cannot be opened: %s", ordinal, expops_error_text());
    why->status = status;
    why->no_memory |= status == EXPOPS_ERR_OUT_OF_MEMORY;
    return EXPOPS_OK;
}

static void add_verdict(report *why, const char *name, const expops_plugin *plugin)
{
    const expops_verdict verdict = expops_plugin_verdict(plugin);
    add(why, name, "%s", verdict.reason);
    why->no_memory |= verdict.cause == EXPOPS_CAUSE_OUT_OF_MEMORY;
}

static expops_status try_name(const expops_catalogue *catalogue, const expops_selection_item *item, report *why,
                              expops_device **out_device)
{
    expops_plugin *plugin = expops_plugin_find(catalogue, item->name);
    const uint32_t ordinal = item->ordinal < 0 ? 0 : (uint32_t)item->ordinal;
    if (!plugin) {
        add(why, item->name, "No plugin of this name is installed");
        why->places = catalogue->places;
        why->no_memory |= any_without_memory(catalogue);
    } else if (!expops_plugin_probe(plugin)) {
        add_verdict(why, item->name, plugin);
    } else if (ordinal >= plugin->num_devices) {
        add(why, item->name, "There is no device %u; it has %u, counted from 0", ordinal, plugin->num_devices);
    } else {
        return try_device(plugin, ordinal, why, out_device);
    }
    return EXPOPS_OK;
}

/* A device apart from the host's processors. */
static int is_accelerator(const expops_device *device)
{
    return !(device->info.caps & (EXPOPS_CAP_HOST | EXPOPS_CAP_CPU));
}

/* Devices of one backend, in their order, until an accelerator is found. The host's processors are
 * kept in *fallback: of several backends for those, the one that stands last in the order of
 * preference is made for them. */
static expops_status try_all(expops_plugin *plugin, report *why, expops_device **fallback, expops_device **out_device)
{
    for (uint32_t ordinal = 0; ordinal < plugin->num_devices; ordinal++) {
        expops_device *device;
        EXPOPS_TRY(try_device(plugin, ordinal, why, &device));
        if (!device)
            continue;
        if (is_accelerator(device)) {
            *out_device = device;
            return EXPOPS_OK;
        }
        if (!*fallback || expops_backend_rank(plugin->name) > expops_backend_rank((*fallback)->backend_name)) {
            expops_device_release(*fallback);
            *fallback = device;
        } else {
            expops_device_release(device);
        }
    }
    return EXPOPS_OK;
}

/* By the name its file has, so that what is excluded is not even loaded, and by the one it gives itself. */
static int is_excluded(const expops_selection *selection, const expops_plugin *plugin, report *why)
{
    expops_runtime_lock();
    const int is_unwanted = expops_selection_excludes(selection, expops_plugin_name(plugin));
    const int is = is_unwanted || plugin->cause == EXPOPS_CAUSE_DUPLICATE;
    expops_runtime_unlock();
    why->excluded |= is_unwanted;
    return is;
}

static void add_failure(report *why, const expops_plugin *plugin)
{
    char name[EXPOPS_NAME_BYTES];
    expops_runtime_lock();
    memcpy(name, plugin->name, sizeof name);
    expops_runtime_unlock();
    add_verdict(why, name[0] ? name : plugin->label, plugin);
}

static expops_status try_auto(const expops_catalogue *catalogue, const expops_selection *selection, report *why,
                              expops_device **out_device)
{
    expops_device *fallback = NULL;
    expops_status status = EXPOPS_OK;
    for (expops_plugin *plugin = catalogue->first; plugin && !*out_device && !status; plugin = plugin->next) {
        if (is_excluded(selection, plugin, why))
            continue;
        expops_plugin_ask(plugin);
        if (is_excluded(selection, plugin, why))
            continue;
        if (expops_plugin_probe(plugin))
            status = try_all(plugin, why, &fallback, out_device);
        else
            add_failure(why, plugin);
    }
    if (*out_device || status)
        expops_device_release(fallback);
    else
        *out_device = fallback;
    return status;
}

static expops_status try_items(const expops_catalogue *catalogue, const expops_selection *selection, report *why,
                               expops_device **out_device)
{
    for (uint32_t i = 0; i < selection->count && !*out_device; i++) {
        const expops_selection_item *item = &selection->items[i];
        if (item->kind == EXPOPS_SELECT_NAME)
            EXPOPS_TRY(try_name(catalogue, item, why, out_device));
        else if (item->kind == EXPOPS_SELECT_AUTO)
            EXPOPS_TRY(try_auto(catalogue, selection, why, out_device));
    }
    return EXPOPS_OK;
}

/* The status is that of the one thing tried, so that a program can tell a device that failed from a backend that is missing; of
 * several no one is the cause. */
static expops_status fail_all(const char *spec, const report *why)
{
    const expops_status status = why->no_memory    ? EXPOPS_ERR_OUT_OF_MEMORY
                                 : why->count == 1 ? why->status
                                                   : EXPOPS_ERR_UNAVAILABLE;
    return expops_fail(
        status, "no backend of \"%s\" can run here.%s Run `expops doctor` to see everything that was tried%s%s", spec,
        why->count      ? why->text
        : why->excluded ? " All that was found is excluded."
                        : " No plugin was found.",
        why->places ? "; plugins were looked for in " : "", why->places ? why->places : "");
}

static expops_status choose(const expops_catalogue *catalogue, const char *spec, expops_device **out_device)
{
    expops_selection selection;
    report why = { .status = EXPOPS_ERR_UNAVAILABLE };
    EXPOPS_TRY(expops_selection_parse(spec, &selection));
    EXPOPS_TRY(check_names(catalogue, &selection));
    EXPOPS_TRY(try_items(catalogue, &selection, &why, out_device));
    if (!*out_device)
        return fail_all(spec ? spec : "auto", &why);
    expops_log_line(EXPOPS_LOG_INFO, "\"%s\" is %s (%s).%s", spec ? spec : "auto", (*out_device)->name,
                    (*out_device)->info.name, why.text);
    return EXPOPS_OK;
}

expops_status expops_device_choose(const char *spec, expops_device **out_device)
{
    const char *from_environment = spec ? NULL : expops_env(EXPOPS_ENV_BACKEND);
    expops_catalogue *catalogue;
    *out_device = NULL;
    EXPOPS_TRY(expops_catalogue_open(&catalogue));
    const expops_status status = choose(catalogue, spec ? spec : from_environment, out_device);
    expops_catalogue_close(catalogue);
    return status && from_environment ? expops_fail_more(status, "EXPOPS_BACKEND") : status;
}

expops_status expops_device_open(const char *spec, expops_device **out_device)
{
    if (!out_device)
        return expops_fail(EXPOPS_ERR_INVALID_ARGUMENT, "expops_device_open: out_device is NULL");
    const expops_status status = expops_device_choose(spec, out_device);
    return status ? expops_fail_more(status, "expops_device_open") : EXPOPS_OK;
}
