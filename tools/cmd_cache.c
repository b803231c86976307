#include <stdio.h>
#include <string.h>
#include <time.h>
#include "command.h"
#include "expops/cache.h"

static int print_entry(void *context, const expops_cache_entry *entry)
{
    char day[32] = "?";
    struct tm local;
    const time_t used = (time_t)entry->used;
    if (localtime_r(&used, &local))
        strftime(day, sizeof(day), "%Y-%m-%d", &local);
    printf("%s %9llu  %s  %s\n", day, (unsigned long long)entry->bytes, entry->about[0] ? entry->about : "(unreadable)",
           entry->path);
    return 0;
}

static int list(void)
{
    return expops_cache_visit(print_entry, NULL) ? tool_library_failed("cache ls") : TOOL_OK;
}

static int show(void)
{
    expops_cache_stats stats;
    if (expops_cache_get_stats(&stats))
        return tool_library_failed("cache stat");
    const char *directory = expops_cache_directory();
    if (directory)
        printf("directory %s\n", directory);
    else
        printf("directory none (%s)\n", expops_error_text());
    printf("entries   %llu\nbytes     %llu\n", (unsigned long long)stats.disk_entries,
           (unsigned long long)stats.disk_bytes);
    return TOOL_OK;
}

static int clear(void)
{
    uint64_t removed;
    const expops_status status = expops_cache_clear(&removed);
    printf("%llu entries removed\n", (unsigned long long)removed);
    return status ? tool_library_failed("cache clear") : TOOL_OK;
}

static const struct {
    const char *name;
    int (*run)(void);
} actions[] = { { "ls", list }, { "stat", show }, { "clear", clear } };
static const char *const action_names[] = { "ls", "stat", "clear", NULL };
static const tool_option options_of_cache[] = { TOOL_HELP };

static int run(int argc, char **argv)
{
    tool_option options[1];
    tool_words words;
    int done;
    const int status = tool_begin(&cmd_cache, options, argc, argv, &words, &done);
    if (status || done)
        return status;
    for (size_t i = 0; words.count == 1 && i < sizeof(actions) / sizeof(*actions); i++)
        if (strcmp(words.word[0], actions[i].name) == 0)
            return actions[i].run();
    return tool_misused("cache: expected ls, stat or clear%s%s", words.count ? ", not " : "",
                        words.count ? words.word[words.count - 1] : "");
}

const tool_command cmd_cache = {
    .name = "cache",
    .usage = "ls | stat | clear",
    .summary = "compiled kernels on disk",
    .text = "Lists the compiled kernels that are kept on disk, counts them, or removes them.",
    .options = options_of_cache,
    .num_options = 1,
    .takes = TOOL_TAKES_WORDS,
    .words = action_names,
    .run = run,
};
