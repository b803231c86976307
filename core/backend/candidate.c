/* What `expops doctor` shows: every candidate, how far it got and why it stopped. */
#include <string.h>
#include "base/env.h"
#include "base/error.h"
#include "catalogue.h"
#include "cause.h"
#include "loader.h"
#include "runtime_lock.h"
#include "selection.h"

static const char *const stage_names[] = { "found", "trusted", "loaded", "queried", "probed" };
_Static_assert(EXPOPS_COUNTOF(stage_names) == EXPOPS_STAGE_COUNT, "every stage has a name");

/* What EXPOPS_BACKEND excludes is not loaded for a report. A value that does not parse excludes
 * nothing here; it fails the call that opens a device. */
static int excluded(const expops_plugin *plugin)
{
    expops_selection selection;
    const char *value = expops_env(EXPOPS_ENV_BACKEND);
    if (!value || expops_selection_parse(value, &selection))
        return 0;
    expops_runtime_lock();
    const int is = expops_selection_excludes(&selection, expops_plugin_name(plugin));
    expops_runtime_unlock();
    return is;
}

/* All are asked before any is probed: what vendors' libraries do to a process is not to be blamed on other plugins. */
static expops_catalogue *probe_all(void)
{
    expops_catalogue *catalogue;
    if (expops_catalogue_open(&catalogue))
        return NULL;
    for (expops_plugin *plugin = catalogue->first; plugin; plugin = plugin->next)
        if (!excluded(plugin))
            expops_plugin_ask(plugin);
    for (expops_plugin *plugin = catalogue->first; plugin; plugin = plugin->next)
        if (!excluded(plugin))
            expops_plugin_probe(plugin);
    return catalogue;
}

/* Each question opens the catalogue anew, and so sees what a rescan found meanwhile. */
size_t expops_candidate_count(void)
{
    size_t count = 0;
    expops_catalogue *catalogue = probe_all();
    for (const expops_plugin *plugin = catalogue ? catalogue->first : NULL; plugin; plugin = plugin->next)
        count++;
    expops_catalogue_close(catalogue);
    return count;
}

static const char *name_to_show(const expops_plugin *plugin)
{
    return plugin->name[0] ? plugin->name : plugin->label;
}

/* Of one that may yet be loaded: nothing is shown that may change. */
static void describe_left_out(const expops_plugin *plugin, expops_candidate *out_candidate)
{
    *out_candidate = (expops_candidate){
        .name = plugin->stem[0] ? plugin->stem : plugin->label,
        .path = plugin->path,
        .origin = plugin->origin,
        .version = "",
        .stage = stage_names[plugin->stage],
        .cause = EXPOPS_CAUSE_EXCLUDED,
        .cause_name = expops_cause_name(EXPOPS_CAUSE_EXCLUDED),
        .reason = "EXPOPS_BACKEND excludes it.",
        .hint = expops_cause_hint(EXPOPS_CAUSE_EXCLUDED),
        .notes = "",
    };
}

static void describe(const expops_plugin *plugin, expops_candidate *out_candidate)
{
    *out_candidate = (expops_candidate){
        .name = name_to_show(plugin),
        .path = plugin->path,
        .origin = plugin->origin,
        .version = plugin->version,
        .stage = stage_names[plugin->stage],
        .cause = plugin->cause,
        .cause_name = expops_cause_name(plugin->cause),
        .reason = plugin->reason,
        .hint = plugin->advised ? "" : expops_cause_hint(plugin->cause),
        .notes = plugin->notes,
        .num_devices = plugin->num_devices,
        .usable = plugin->cause == EXPOPS_CAUSE_NONE,
    };
}

int expops_candidate_get(size_t index, expops_candidate *out_candidate)
{
    expops_catalogue *catalogue = out_candidate ? probe_all() : NULL;
    const expops_plugin *plugin = catalogue ? catalogue->first : NULL;
    while (plugin && index--)
        plugin = plugin->next;
    if (plugin) {
        expops_runtime_lock();
        if (plugin->tried != EXPOPS_TRIED_PROBING && plugin->cause == EXPOPS_CAUSE_NONE)
            describe_left_out(plugin, out_candidate);
        else
            describe(plugin, out_candidate);
        expops_runtime_unlock();
    }
    expops_catalogue_close(catalogue);
    return plugin != NULL;
}
