#include "loader.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "error.h"
#include "host_api.h"
#include "log.h"
#include "selection.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static expops_plugin *candidates;
static int searched;
static expops_load_observer observer;
static void *observer_context;

static void watch_forks(void)
{
    pthread_atfork(expops_runtime_lock, expops_runtime_unlock, expops_runtime_unlock);
}

void expops_runtime_lock(void)
{
    pthread_mutex_lock(&lock);
}

void expops_runtime_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

void expops_loader_observe(expops_load_observer function, void *context)
{
    observer = function;
    observer_context = context;
}

void expops_loader_announce(const expops_plugin *plugin, const char *stage)
{
    expops_log_line(EXPOPS_LOG_DEBUG, "%s: %s", stage, plugin->path);
    if (observer)
        observer(observer_context, plugin->path, stage);
}

void expops_plugin_refuse(expops_plugin *plugin, uint32_t cause, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(plugin->reason, sizeof plugin->reason, format, arguments);
    va_end(arguments);
    plugin->cause = cause;
    plugin->api = NULL;
    expops_log_line(EXPOPS_LOG_INFO, "%s is not used: %s", plugin->path, plugin->reason);
}

/* The candidate before `plugin` that is the same file or has taken its name. */
static const expops_plugin *taken_by(const expops_plugin *plugin)
{
    for (const expops_plugin *other = candidates; other != plugin; other = other->next)
        if (other->api && !strcmp(other->name, plugin->name))
            return other;
    return NULL;
}

static void load_all(void)
{
    for (expops_plugin *plugin = candidates; plugin; plugin = plugin->next) {
        if (plugin->cause == EXPOPS_CAUSE_NONE)
            expops_plugin_load(plugin);
        const expops_plugin *first = plugin->api ? taken_by(plugin) : NULL;
        if (first)
            expops_plugin_refuse(plugin, EXPOPS_CAUSE_DUPLICATE, "The name %s is taken by %s%s.", plugin->name,
                                 first->path,
                                 first->file_inode && first->file_inode == plugin->file_inode &&
                                         first->file_device == plugin->file_device
                                     ? ", the same file"
                                     : ", which was found earlier");
    }
}

static uint32_t rank(const expops_plugin *plugin)
{
    return plugin->name[0] ? expops_backend_rank(plugin->name) : UINT32_MAX;
}

/* Stable, so that the order of places decides among equals. */
static void sort_by_rank(void)
{
    expops_plugin *sorted = NULL;
    while (candidates) {
        expops_plugin *plugin = candidates, **at = &sorted;
        candidates = plugin->next;
        while (*at && rank(*at) <= rank(plugin))
            at = &(*at)->next;
        plugin->next = *at;
        *at = plugin;
    }
    candidates = sorted;
}

expops_plugin *expops_plugin_list(void)
{
    if (!searched) {
        pthread_once(&fork_once, watch_forks);
        searched = 1;
        expops_search(&candidates);
        load_all();
        sort_by_rank();
    }
    return candidates;
}

static int file_is_called(const expops_plugin *plugin, const char *name)
{
    char file[EXPOPS_NAME_BYTES + 16];
    snprintf(file, sizeof file, "expops_%s.so", name);
    return !plugin->name[0] && !strcmp(plugin->label, file);
}

expops_plugin *expops_plugin_find(const char *name)
{
    expops_plugin *nearest = NULL;
    for (expops_plugin *plugin = expops_plugin_list(); plugin; plugin = plugin->next) {
        if (plugin->name[0] && !strcmp(plugin->name, name)) {
            if (plugin->cause != EXPOPS_CAUSE_DUPLICATE && (plugin->api || plugin->probed))
                return plugin;
            nearest = nearest ? nearest : plugin;
        } else if (file_is_called(plugin, name)) {
            nearest = nearest ? nearest : plugin;
        }
    }
    return nearest;
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
    plugin->advised = findings->reason[0] != 0;
    if (findings->reason[0])
        expops_plugin_refuse(plugin, findings->cause, "%s", findings->reason);
    else if (!status)
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_NO_DEVICE, "It found no device.");
    else if (said_why)
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_DRIVER_FAILED, "%s", expops_error_text());
    else
        expops_plugin_refuse(plugin, EXPOPS_CAUSE_DRIVER_FAILED, "Its probe failed with status %d and did not say why.",
                             (int)status);
}

int expops_plugin_probe(expops_plugin *plugin)
{
    if (!plugin->api || plugin->probed)
        return plugin->probed && plugin->cause == EXPOPS_CAUSE_NONE;
    expops_findings findings = { 0 };
    const uint32_t mark = expops_error_mark();
    expops_loader_announce(plugin, "probe");
    expops_host_collect(&findings);
    const int32_t status = plugin->api->probe(&plugin->num_devices);
    expops_host_collect(NULL);
    plugin->probed = 1;
    plugin->stage = EXPOPS_STAGE_PROBED;
    judge_probe(plugin, status, mark != expops_error_mark(), &findings);
    return plugin->cause == EXPOPS_CAUSE_NONE;
}

expops_status expops_rescan(void)
{
    expops_runtime_lock();
    while (candidates) {
        expops_plugin *next = candidates->next;
        free(candidates->path);
        free(candidates);
        candidates = next;
    }
    searched = 0;
    expops_device_default_forget();
    expops_plugin_list();
    expops_runtime_unlock();
    return EXPOPS_OK;
}
