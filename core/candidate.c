/* What `expops doctor` shows: every candidate, how far it got and why it stopped. */
#include <string.h>
#include "env.h"
#include "error.h"
#include "loader.h"
#include "selection.h"

static const char *const stage_names[] = { "found", "trusted", "loaded", "queried", "probed" };
_Static_assert(EXPOPS_COUNTOF(stage_names) == EXPOPS_STAGE_COUNT, "every stage has a name");

/* What EXPOPS_BACKEND excludes is not probed for a report. A value that does not parse excludes
 * nothing here; it fails the call that opens a device. */
static int excluded(const expops_plugin *plugin)
{
    expops_selection selection;
    const char *value = expops_env(EXPOPS_ENV_BACKEND);
    return value && plugin->name[0] && expops_selection_parse(value, &selection) == EXPOPS_OK &&
           expops_selection_excludes(&selection, plugin->name);
}

static expops_plugin *probe_all(void)
{
    expops_plugin *list = expops_plugin_list();
    for (expops_plugin *plugin = list; plugin; plugin = plugin->next)
        if (!excluded(plugin))
            expops_plugin_probe(plugin);
    return list;
}

size_t expops_candidate_count(void)
{
    size_t count = 0;
    expops_runtime_lock();
    for (const expops_plugin *plugin = probe_all(); plugin; plugin = plugin->next)
        count++;
    expops_runtime_unlock();
    return count;
}

static void describe(const expops_plugin *plugin, expops_candidate *out_candidate)
{
    const int left_out = plugin->cause == EXPOPS_CAUSE_NONE && !plugin->probed;
    const uint32_t cause = left_out ? (uint32_t)EXPOPS_CAUSE_EXCLUDED : plugin->cause;
    *out_candidate = (expops_candidate){
        .name = plugin->name[0] ? plugin->name : plugin->label,
        .path = plugin->path,
        .origin = plugin->origin,
        .version = plugin->version,
        .stage = stage_names[plugin->stage],
        .cause = cause,
        .cause_name = expops_cause_name(cause),
        .reason = left_out ? "EXPOPS_BACKEND excludes it." : plugin->reason,
        .hint = plugin->advised ? "" : expops_cause_hint(cause),
        .notes = plugin->notes,
        .num_devices = plugin->num_devices,
        .usable = cause == EXPOPS_CAUSE_NONE,
    };
}

int expops_candidate_get(size_t index, expops_candidate *out_candidate)
{
    if (!out_candidate)
        return 0;
    expops_runtime_lock();
    const expops_plugin *plugin = probe_all();
    while (plugin && index--)
        plugin = plugin->next;
    if (plugin)
        describe(plugin, out_candidate);
    expops_runtime_unlock();
    return plugin != NULL;
}
