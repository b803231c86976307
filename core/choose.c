/* From a list of wishes to one open device. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "device.h"
#include "env.h"
#include "error.h"
#include "loader.h"
#include "log.h"
#include "near.h"
#include "selection.h"

enum { REPORT_BYTES = 8192 };

/* One sentence for each backend that could not be had. */
typedef struct report {
    char text[REPORT_BYTES];
    size_t used;
    expops_status status; /* of the only thing tried, if that was opening a device */
    uint32_t count;
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

static int is_known(const char *name)
{
    char known[EXPOPS_NAME_BYTES];
    for (size_t i = 0; expops_known_backend(i, known); i++)
        if (!strcmp(known, name))
            return 1;
    return expops_plugin_find(name) != NULL;
}

static int find_near(const char *name, char out_name[EXPOPS_NAME_BYTES])
{
    for (const expops_plugin *plugin = expops_plugin_list(); plugin; plugin = plugin->next) {
        if (plugin->name[0] && expops_nearly_equal(name, plugin->name)) {
            memcpy(out_name, plugin->name, EXPOPS_NAME_BYTES);
            return 1;
        }
    }
    for (size_t i = 0; expops_known_backend(i, out_name); i++)
        if (expops_nearly_equal(name, out_name))
            return 1;
    return 0;
}

static expops_status fail_unknown(const char *name)
{
    char near[EXPOPS_NAME_BYTES], found[512] = "";
    for (const expops_plugin *plugin = expops_plugin_list(); plugin; plugin = plugin->next) {
        const size_t used = strlen(found);
        if (plugin->name[0] && plugin->cause != EXPOPS_CAUSE_DUPLICATE)
            snprintf(found + used, sizeof found - used, "%s%s", used ? ", " : "", plugin->name);
    }
    const int has_near = find_near(name, near);
    return expops_fail(EXPOPS_ERR_NOT_FOUND, "there is no backend \"%s\"%s%s%s; found: %s", name,
                       has_near ? "; did you mean \"" : "", has_near ? near : "", has_near ? "\"?" : "",
                       found[0] ? found : "none; run `expops doctor` to see where they are looked for");
}

static expops_status check_names(const expops_selection *selection)
{
    for (uint32_t i = 0; i < selection->count; i++)
        if (selection->items[i].kind != EXPOPS_SELECT_AUTO && !is_known(selection->items[i].name))
            return fail_unknown(selection->items[i].name);
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
    return EXPOPS_OK;
}

static expops_status try_name(const expops_selection_item *item, report *why, expops_device **out_device)
{
    expops_plugin *plugin = expops_plugin_find(item->name);
    const uint32_t ordinal = item->ordinal < 0 ? 0 : (uint32_t)item->ordinal;
    if (!plugin) {
        add(why, item->name, "No plugin of this name is installed");
    } else if (!expops_plugin_probe(plugin)) {
        add(why, item->name, "%s", plugin->reason);
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

static expops_status try_auto(const expops_selection *selection, report *why, expops_device **out_device)
{
    expops_device *fallback = NULL;
    expops_status status = EXPOPS_OK;
    for (expops_plugin *plugin = expops_plugin_list(); plugin && !*out_device && !status; plugin = plugin->next) {
        const char *name = plugin->name[0] ? plugin->name : plugin->label;
        if (plugin->cause == EXPOPS_CAUSE_DUPLICATE || expops_selection_excludes(selection, plugin->name))
            continue;
        if (expops_plugin_probe(plugin))
            status = try_all(plugin, why, &fallback, out_device);
        else
            add(why, name, "%s", plugin->reason);
    }
    if (*out_device || status)
        expops_device_release(fallback);
    else
        *out_device = fallback;
    return status;
}

static expops_status try_items(const expops_selection *selection, report *why, expops_device **out_device)
{
    for (uint32_t i = 0; i < selection->count && !*out_device; i++) {
        const expops_selection_item *item = &selection->items[i];
        if (item->kind == EXPOPS_SELECT_NAME)
            EXPOPS_TRY(try_name(item, why, out_device));
        else if (item->kind == EXPOPS_SELECT_AUTO)
            EXPOPS_TRY(try_auto(selection, why, out_device));
    }
    return EXPOPS_OK;
}

static expops_status choose(const char *spec, expops_device **out_device)
{
    expops_selection selection;
    report why = { .status = EXPOPS_ERR_UNAVAILABLE };
    EXPOPS_TRY(expops_selection_parse(spec, &selection));
    EXPOPS_TRY(check_names(&selection));
    EXPOPS_TRY(try_items(&selection, &why, out_device));
    if (!*out_device)
        return expops_fail(why.count == 1 ? why.status : EXPOPS_ERR_UNAVAILABLE,
                           "no backend of \"%s\" can run here.%s Run `expops doctor` to see "
                           "everything that was tried",
                           spec ? spec : "auto", why.count ? why.text : " No plugin was found.");
    expops_log_line(EXPOPS_LOG_INFO, "\"%s\" is %s (%s).%s", spec ? spec : "auto", (*out_device)->name,
                    (*out_device)->info.name, why.text);
    return EXPOPS_OK;
}

expops_status expops_device_choose(const char *spec, expops_device **out_device)
{
    const char *from_environment = spec ? NULL : expops_env(EXPOPS_ENV_BACKEND);
    *out_device = NULL;
    const expops_status status = choose(spec ? spec : from_environment, out_device);
    return status && from_environment ? expops_fail_more(status, "EXPOPS_BACKEND") : status;
}
