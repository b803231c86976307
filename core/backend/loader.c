/* One candidate's way from a file's name to a backend with devices, by whoever needs it first. */
#include "loader.h"

#include <stdio.h>
#include <string.h>
#include "backend_order.h"
#include "base/error.h"
#include "host_api.h"
#include "runtime_lock.h"

expops_verdict expops_plugin_verdict(const expops_plugin *plugin)
{
    expops_verdict verdict = { EXPOPS_CAUSE_MALFORMED, "It called the library while it was being opened." };
    expops_runtime_lock();
    if (!expops_claim_own(&plugin->claim)) {
        verdict.cause = plugin->cause;
        memcpy(verdict.reason, plugin->reason, sizeof verdict.reason);
    }
    expops_runtime_unlock();
    return verdict;
}

/* --- one step by one thread --- */

/* 1 where this thread is to do the step, on *draft, and then to settle it. */
static int begin(expops_plugin *plugin, enum expops_step step, expops_plugin *draft)
{
    expops_runtime_lock();
    /* One's own claim is not waited for: the plugin called the library back, and would wait for itself. */
    while (expops_claim_held(&plugin->claim) && !expops_claim_own(&plugin->claim))
        expops_runtime_wait();
    const int to_do = !expops_claim_own(&plugin->claim) && plugin->tried < step;
    if (to_do) {
        expops_claim_take(&plugin->claim);
        *draft = *plugin;
        draft->tried = step;
    }
    expops_runtime_unlock();
    return to_do;
}

/* Everything at once: who reads under the lock sees a candidate as it was before a step or after it. */
static void settle(expops_plugin *plugin, expops_plugin *draft)
{
    enum { FIRST = offsetof(expops_plugin, name) };
    if (draft->cause == EXPOPS_CAUSE_OUT_OF_MEMORY)
        draft->tried = EXPOPS_TRIED_NOTHING; /* there may be some again */
    expops_runtime_lock();
    memcpy((char *)plugin + FIRST, (char *)draft + FIRST, sizeof *plugin - FIRST);
    expops_claim_drop(&plugin->claim);
    expops_runtime_wake();
    expops_runtime_unlock();
}

/* Another candidate that has the name already. */
static const expops_plugin *taken_by(const expops_plugin *plugin, const expops_plugin *draft)
{
    const expops_plugin *found = NULL;
    expops_runtime_lock();
    for (const expops_plugin *other = plugin->catalogue->first; other && !found; other = other->next)
        if (other != plugin && other->stage >= EXPOPS_STAGE_QUERIED && other->cause != EXPOPS_CAUSE_DUPLICATE &&
            !strcmp(other->name, draft->name))
            found = other;
    expops_runtime_unlock();
    return found;
}

static void load(const expops_plugin *plugin, expops_plugin *draft)
{
    draft->stage = EXPOPS_STAGE_FOUND;
    draft->cause = EXPOPS_CAUSE_NONE;
    draft->reason[0] = 0;
    expops_plugin_load(draft);
    const expops_plugin *first = draft->api ? taken_by(plugin, draft) : NULL;
    if (first)
        expops_plugin_refuse(draft, EXPOPS_CAUSE_DUPLICATE, "The name %s is taken by %s%s.", draft->name, first->path,
                             first->file_inode && first->file_inode == draft->file_inode &&
                                     first->file_device == draft->file_device
                                 ? ", the same file"
                                 : ", which was found earlier");
}

void expops_plugin_ask(expops_plugin *plugin)
{
    expops_plugin draft;
    if (!begin(plugin, EXPOPS_TRIED_LOADING, &draft))
        return;
    load(plugin, &draft);
    settle(plugin, &draft);
}

static void judge_probe(expops_plugin *plugin, int32_t status, int said_why, const expops_findings *findings)
{
    snprintf(plugin->notes, sizeof plugin->notes, "%s", findings->notes);
    if (!status && plugin->num_devices) {
        const size_t used = strlen(plugin->notes);
        if (findings->reason[0])
            snprintf(plugin->notes + used, sizeof plugin->notes - used, "%s%s", used ? "\n" : "", findings->reason);
        return;
    }
    plugin->num_devices = 0;
    plugin->advised = findings->reason[0] && !findings->overruled;
    const uint32_t cause = findings->overruled                  ? findings->overruled
                           : status == EXPOPS_ERR_OUT_OF_MEMORY ? EXPOPS_CAUSE_OUT_OF_MEMORY
                           : findings->reason[0]                ? findings->cause
                           : status                             ? EXPOPS_CAUSE_DRIVER_FAILED
                                                                : EXPOPS_CAUSE_NO_DEVICE;
    if (findings->reason[0])
        expops_plugin_refuse(plugin, cause, "%s", findings->reason);
    else if (!status)
        expops_plugin_refuse(plugin, cause, "It found no device.");
    else if (said_why)
        expops_plugin_refuse(plugin, cause, "%s", expops_error_text());
    else
        expops_plugin_refuse(plugin, cause, "Its probe failed with status %d and did not say why.", (int)status);
}

static void probe(expops_plugin *draft)
{
    expops_findings findings = { 0 };
    const uint32_t mark = expops_error_mark();
    /* Told before the foreign code runs: if that ends the process, the doctor's parent knows what was being done. */
    expops_loader_announce(draft, "probe");
    expops_host_collect(&findings);
    const int32_t status = draft->api->probe(&draft->num_devices);
    expops_host_collect(NULL);
    draft->stage = EXPOPS_STAGE_PROBED;
    judge_probe(draft, status, mark != expops_error_mark(), &findings);
}

static int has_devices(const expops_plugin *plugin)
{
    expops_runtime_lock();
    const int has = plugin->api && plugin->tried == EXPOPS_TRIED_PROBING && !expops_claim_own(&plugin->claim);
    expops_runtime_unlock();
    return has;
}

int expops_plugin_probe(expops_plugin *plugin)
{
    expops_plugin draft;
    expops_plugin_ask(plugin);
    if (begin(plugin, EXPOPS_TRIED_PROBING, &draft)) {
        if (draft.api)
            probe(&draft);
        settle(plugin, &draft);
    }
    return has_devices(plugin);
}

/* --- by name --- */

static int is_called(const expops_plugin *plugin, const char *name)
{
    expops_runtime_lock();
    const int is = !strcmp(expops_plugin_name(plugin), name);
    expops_runtime_unlock();
    return is;
}

static int is_good(const expops_plugin *plugin)
{
    expops_runtime_lock();
    const int is = plugin->stage >= EXPOPS_STAGE_QUERIED && plugin->cause != EXPOPS_CAUSE_DUPLICATE;
    expops_runtime_unlock();
    return is;
}

expops_plugin *expops_plugin_find(const expops_catalogue *catalogue, const char *name)
{
    expops_plugin *nearest = NULL;
    /* First those whose files say the name. Only where none of them has it, files of unknown names are opened and
     * asked: what is not needed is not loaded. */
    for (int strangers = 0; strangers < 2; strangers++) {
        for (expops_plugin *plugin = catalogue->first; plugin; plugin = plugin->next) {
            if (!is_called(plugin, name) && (!strangers || expops_backend_known(plugin->stem)))
                continue;
            expops_plugin_ask(plugin);
            if (!is_called(plugin, name))
                continue;
            if (is_good(plugin))
                return plugin;
            nearest = nearest ? nearest : plugin;
        }
    }
    return nearest;
}
