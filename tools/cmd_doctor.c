/* expops doctor: which backends run here, and why others do not. */
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "command.h"
#include "doctor.h"
#include "print_json.h"

enum { MAX_CRASHES = 16, PATIENCE_SECONDS = 120 };

typedef struct crash {
    char *path; /* of the plugin */
    char how[160];
} crash;

typedef struct examination {
    crash crashes[MAX_CRASHES];
    size_t num_crashes;
    json_object *report; /* of the child that came through */
} examination;

/* In the child. What plugins print must not end up in the report. */
static void be_child(int fd, const examination *e)
{
    char *skipped[MAX_CRASHES];
    for (size_t i = 0; i < e->num_crashes; i++)
        skipped[i] = e->crashes[i].path;
    FILE *to_parent = fdopen(fd, "w");
    if (!to_parent)
        _exit(TOOL_FAILED);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    alarm(PATIENCE_SECONDS);
    doctor_child(to_parent, skipped, e->num_crashes);
    _exit(TOOL_OK);
}

/* Reads to the end; the last step announced goes to *last_step. */
static json_object *listen(int fd, char **last_step)
{
    json_object *report = NULL;
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    FILE *from_child = fdopen(fd, "r");
    while (from_child && (length = getline(&line, &room, from_child)) > 0) {
        line[length - (line[length - 1] == '\n')] = 0;
        if (line[0] == DOCTOR_STEP) {
            free(*last_step);
            *last_step = strdup(line + 1);
        } else if (line[0] == DOCTOR_REPORT && !report) {
            report = json_tokener_parse(line + 1);
        }
    }
    free(line);
    if (from_child)
        fclose(from_child);
    return report;
}

static void note_crash(examination *e, char *step, int status)
{
    crash *c = &e->crashes[e->num_crashes++];
    char *tab = strrchr(step, '\t');
    const char *stage = tab ? tab + 1 : "load";
    if (tab)
        *tab = 0;
    c->path = step;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        snprintf(c->how, sizeof(c->how), "did not answer within %d seconds (stage: %s)", PATIENCE_SECONDS, stage);
    else if (WIFSIGNALED(status))
        snprintf(c->how, sizeof(c->how), "crashed with signal %d, %s (stage: %s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)), stage);
    else
        snprintf(c->how, sizeof(c->how), "ended the process with exit status %d (stage: %s)", WEXITSTATUS(status),
                 stage);
}

/* One child. 1: ask again without what crashed; 0: done; -1 after saying why. */
static int examine_once(examination *e)
{
    int ends[2];
    if (pipe(ends)) {
        tool_failed("doctor: no pipe could be made");
        return -1;
    }
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        be_child(ends[1], e);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        tool_failed("doctor: no process could be started");
        return -1;
    }
    char *step = NULL;
    int status = 0;
    e->report = listen(ends[0], &step);
    waitpid(child, &status, 0);
    if (e->report || !step || e->num_crashes == MAX_CRASHES) {
        free(step);
        if (!e->report)
            tool_failed("doctor: looking for backends failed before any of them was asked (status %d)", status);
        return e->report ? 0 : -1;
    }
    note_crash(e, step, status);
    return 1;
}

static const char *text_of(json_object *object, const char *key)
{
    json_object *value = NULL;
    if (!json_object_object_get_ex(object, key, &value) || !value)
        return "";
    return json_object_get_string(value);
}

static json_object *member(json_object *object, const char *key)
{
    json_object *value = NULL;
    json_object_object_get_ex(object, key, &value);
    return value;
}

static const char *crash_of(const examination *e, const char *path)
{
    for (size_t i = 0; i < e->num_crashes; i++)
        if (strcmp(e->crashes[i].path, path) == 0)
            return e->crashes[i].how;
    return NULL;
}

/* The child that came through had left out what crashed before; its story is put in here. */
static void insert_crashes(const examination *e)
{
    json_object *candidates = member(e->report, "candidates");
    for (size_t i = 0; i < json_object_array_length(candidates); i++) {
        json_object *c = json_object_array_get_idx(candidates, i);
        const char *how = crash_of(e, text_of(c, "path"));
        if (how)
            json_object_object_add(c, "reason", json_object_new_string(how));
    }
}

static void print_labelled(const char *label, const char *text)
{
    while (*text) {
        const size_t length = strcspn(text, "\n");
        if (length)
            printf("           %-8s %.*s\n", label, (int)length, text);
        text += length + (text[length] == '\n');
        label = "";
    }
}

static void print_device(json_object *d)
{
    if (member(d, "error")) {
        printf("           device   %s cannot be opened: %s\n", text_of(d, "device"), text_of(d, "error"));
        return;
    }
    printf("           device   %s  %s, %s, %.1f GiB\n", text_of(d, "device"), text_of(d, "description"),
           text_of(d, "target"), (double)json_object_get_uint64(member(d, "memory_bytes")) / (1 << 30));
    if (*text_of(d, "driver"))
        printf("           driver   %s\n", text_of(d, "driver"));
    if (*text_of(d, "compiler"))
        printf("           compiler %s\n", text_of(d, "compiler"));
}

/* Some candidates are places and not backends. */
static void print_heading(json_object *c, int usable)
{
    const char *cause = text_of(c, "cause"), *version = text_of(c, "version");
    if (!strcmp(cause, "NOT_FOUND"))
        printf("%-10s has no backends\n", text_of(c, "name"));
    else if (!strcmp(cause, "RELATIVE_PATH") || !strcmp(cause, "ENV_IGNORED"))
        printf("%-10s is not looked at\n", text_of(c, "name"));
    else
        printf("%-10s %s%s%s, %s\n", text_of(c, "name"), usable ? "runs" : "does not run", *version ? ", version " : "",
               version, text_of(c, "stage"));
}

static void print_candidate(json_object *c)
{
    const int usable = json_object_get_boolean(member(c, "usable"));
    print_heading(c, usable);
    print_labelled("place", text_of(c, "path"));
    print_labelled("from", text_of(c, "origin"));
    if (!usable)
        print_labelled("cause", text_of(c, "cause"));
    print_labelled("reason", text_of(c, "reason"));
    print_labelled("remedy", text_of(c, "remedy"));
    print_labelled("note", text_of(c, "notes"));
    json_object *devices = member(c, "devices");
    for (size_t i = 0; i < json_object_array_length(devices); i++)
        print_device(json_object_array_get_idx(devices, i));
}

static void print_report(json_object *report)
{
    json_object *candidates = member(report, "candidates");
    printf("expops %s\n\n", text_of(report, "version"));
    for (size_t i = 0; i < json_object_array_length(candidates); i++)
        print_candidate(json_object_array_get_idx(candidates, i));
    json_object *chosen = member(report, "default");
    if (member(chosen, "error"))
        printf("\ndefault    none: %s\n", text_of(chosen, "error"));
    else
        printf("\ndefault    %s\n", text_of(chosen, "device"));
    json_object *cache = member(report, "cache");
    if (*text_of(cache, "directory"))
        printf("cache      %s: %s entries, %s bytes\n", text_of(cache, "directory"), text_of(cache, "entries"),
               text_of(cache, "bytes"));
    else
        printf("cache      %s\n", text_of(cache, "reason"));
    json_object_object_foreach(member(report, "environment"), name, value)
    {
        printf("%s=%s%s\n", name, text_of(value, "value"),
               json_object_get_boolean(member(value, "known")) ? "" : "   (not a variable of this library)");
    }
}

static int report(examination *e, int as_json)
{
    int more = 1;
    while (more > 0)
        more = examine_once(e);
    if (more < 0)
        return TOOL_FAILED;
    insert_crashes(e);
    if (as_json)
        tool_print_json(e->report);
    else
        print_report(e->report);
    return member(member(e->report, "default"), "error") ? TOOL_FAILED : TOOL_OK;
}

enum { OPT_JSON, OPT_HELP, NUM_OPTIONS };

static const tool_option options_of_doctor[NUM_OPTIONS] = {
    [OPT_JSON] = { .name = "json", .help = "the report for programs" },
    [OPT_HELP] = TOOL_HELP,
};

static int run(int argc, char **argv)
{
    tool_option options[NUM_OPTIONS];
    tool_words words;
    int done, status = tool_begin(&cmd_doctor, options, argc, argv, &words, &done);
    if (status || done)
        return status;
    if (words.count)
        return tool_misused("doctor: unexpected argument '%s'", words.word[0]);
    examination e = { 0 };
    status = report(&e, options[OPT_JSON].value != NULL);
    json_object_put(e.report);
    for (size_t i = 0; i < e.num_crashes; i++)
        free(e.crashes[i].path);
    return status;
}

const tool_command cmd_doctor = {
    .name = "doctor",
    .usage = "[--json]",
    .summary = "which backends run here, and why others do not",
    .text =
        "Examines every backend in a child process: where it was found, how far it got, and, where it does not run, "
        "the cause (a word for programs), the reason (what happened here) and the remedy. Exit status 1 where the "
        "default backend cannot run.",
    .options = options_of_doctor,
    .num_options = NUM_OPTIONS,
    .run = run,
};
