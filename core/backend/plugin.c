/* What is noted of a candidate, and who is told. */
#include "plugin.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/log.h"
#include "doctor.h"

static expops_load_observer observer;
static void *observer_context;

void expops_loader_observe(expops_load_observer function, void *context)
{
    observer = function;
    observer_context = context;
}

void expops_loader_announce(const expops_plugin *plugin, const char *stage)
{
    /* Before its code runs: where that ends the process, these are the last words. */
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
    plugin->api = NULL; /* however far it had come, nobody calls it any more */
    expops_log_line(EXPOPS_LOG_INFO, "%s is not used: %s", plugin->path, plugin->reason);
}

const char *expops_plugin_name(const expops_plugin *plugin)
{
    return plugin->name[0] ? plugin->name : plugin->stem;
}
