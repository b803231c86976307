/* The part of `expops doctor` that touches backends. It runs in a child process and tells its parent, before a plugin's
 * code runs, which one it is about to be, so that a crash has a name. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "backend/cause.h"
#include "backend/doctor.h"
#include "base/env.h"
#include "doctor.h"
#include "expops/cache.h"
#include "expops/device.h"

static void announce(void *context, const char *path, const char *stage)
{
    FILE *to_parent = context;
    fprintf(to_parent, "%c%s\t%s\n", DOCTOR_STEP, path, stage);
    fflush(to_parent);
}

static void add_text(json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text ? json_object_new_string(text) : NULL);
}

static json_object *describe_device(const expops_device *device)
{
    const expops_device_info *info = expops_device_get_info(device);
    json_object *object = json_object_new_object();
    add_text(object, "device", expops_device_name(device));
    add_text(object, "description", info->name);
    add_text(object, "target", info->target);
    add_text(object, "driver", info->driver);
    add_text(object, "compiler", info->compiler);
    json_object_object_add(object, "memory_bytes", json_object_new_uint64(info->memory_bytes));
    json_object_object_add(object, "compute_units", json_object_new_int64(info->compute_units));
    json_object_object_add(object, "f64", json_object_new_boolean((info->caps & EXPOPS_CAP_F64) != 0));
    return object;
}

static json_object *open_and_describe(const char *spec)
{
    expops_device *device = NULL;
    if (expops_device_open(spec, &device)) {
        json_object *object = json_object_new_object();
        add_text(object, "device", spec);
        add_text(object, "error", expops_error_text());
        return object;
    }
    json_object *object = describe_device(device);
    expops_device_close(&device);
    return object;
}

static json_object *describe_candidate(const expops_candidate *c, FILE *to_parent)
{
    json_object *object = json_object_new_object();
    json_object *devices = json_object_new_array();
    add_text(object, "name", c->name);
    add_text(object, "path", c->path);
    add_text(object, "origin", c->origin);
    add_text(object, "version", c->version);
    add_text(object, "stage", c->stage);
    json_object_object_add(object, "usable", json_object_new_boolean(c->usable));
    add_text(object, "cause", c->cause_name);
    add_text(object, "reason", c->reason);
    add_text(object, "remedy", c->hint[0] ? c->hint : expops_cause_hint(c->cause)); /* a reason may advise by itself */
    add_text(object, "notes", c->notes);
    for (uint32_t i = 0; c->usable && i < c->num_devices; i++) {
        char spec[64];
        snprintf(spec, sizeof(spec), "%s:%u", c->name, i);
        announce(to_parent, c->path, "open");
        json_object_array_add(devices, open_and_describe(spec));
    }
    json_object_object_add(object, "devices", devices);
    return object;
}

/* Places may be named twice, by links or in EXPOPS_BACKEND_PATH: a file is described where it was found first. */
static int seen_before(size_t index, const char *path)
{
    expops_candidate earlier;
    char *real = realpath(path, NULL);
    int seen = 0;
    for (size_t i = 0; real && !seen && i < index && expops_candidate_get(i, &earlier); i++) {
        char *other = realpath(earlier.path, NULL);
        seen = other && strcmp(real, other) == 0;
        free(other);
    }
    free(real);
    return seen;
}

static json_object *describe_cache(void)
{
    json_object *object = json_object_new_object();
    expops_cache_stats stats = { 0 };
    const char *directory = expops_cache_directory();
    add_text(object, "directory", directory);
    if (!directory)
        add_text(object, "reason", expops_error_text());
    expops_cache_get_stats(&stats);
    json_object_object_add(object, "entries", json_object_new_uint64(stats.disk_entries));
    json_object_object_add(object, "bytes", json_object_new_uint64(stats.disk_bytes));
    return object;
}

/* The last error without its advice to run what is running. */
static json_object *error_without_advice(void)
{
    const char *text = expops_error_text(), *advice = strstr(text, " Run `expops doctor`");
    return json_object_new_string_len(text, (int)(advice ? (size_t)(advice - text) : strlen(text)));
}

static json_object *describe_default(void)
{
    json_object *object = json_object_new_object();
    expops_device *device = NULL;
    if (expops_device_open(NULL, &device)) {
        json_object_object_add(object, "error", error_without_advice());
        return object;
    }
    add_text(object, "device", expops_device_name(device));
    expops_device_close(&device);
    return object;
}

static json_object *describe_environment(void)
{
    static const char *const names[] = {
#define EXPOPS_ENV_ROW(NAME, safe, must_be, doc) "EXPOPS_" #NAME,
#include "base/env.inc"
#undef EXPOPS_ENV_ROW
    };
    enum { COUNT = sizeof(names) / sizeof(*names) };
    json_object *object = json_object_new_object();
    for (char **entry = environ; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (strncmp(*entry, "EXPOPS_", 7) || !equals)
            continue;
        char name[64];
        snprintf(name, sizeof(name), "%.*s", (int)(equals - *entry), *entry);
        size_t known = 0;
        while (known < COUNT && strcmp(name, names[known]))
            known++;
        json_object *value = json_object_new_object();
        add_text(value, "value", equals + 1);
        json_object_object_add(value, "known", json_object_new_boolean(known < COUNT));
        json_object_object_add(object, name, value);
    }
    return object;
}

void doctor_child(FILE *to_parent, char *const *skipped, size_t num_skipped)
{
    for (size_t i = 0; i < num_skipped; i++)
        expops_loader_skip(skipped[i]);
    expops_loader_observe(announce, to_parent);
    json_object *report = json_object_new_object();
    json_object *candidates = json_object_new_array();
    expops_candidate c;
    const size_t count = expops_candidate_count();
    add_text(report, "version", EXPOPS_VERSION);
    json_object_object_add(report, "abi", json_object_new_int(EXPOPS_ABI));
    for (size_t i = 0; i < count && expops_candidate_get(i, &c); i++)
        if (!seen_before(i, c.path))
            json_object_array_add(candidates, describe_candidate(&c, to_parent));
    json_object_object_add(report, "candidates", candidates);
    json_object_object_add(report, "default", describe_default());
    json_object_object_add(report, "environment", describe_environment());
    json_object_object_add(report, "cache", describe_cache());
    fprintf(to_parent, "%c%s\n", DOCTOR_REPORT, json_object_to_json_string_ext(report, JSON_C_TO_STRING_PLAIN));
    fflush(to_parent);
}
