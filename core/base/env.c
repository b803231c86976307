#include "env.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include "error.h"
#include "fork.h"
#include "log.h"
#include "near.h"

static const struct {
    const char *name;
    int safe;
    const char *must_be;
} rows[EXPOPS_ENV_COUNT] = {
#define EXPOPS_ENV_ROW(NAME, safe, must_be, doc) { "EXPOPS_" #NAME, safe, must_be },
#include "env.inc"
#undef EXPOPS_ENV_ROW
};

/* Copies, as setenv in another thread may move what getenv gave. What was given out stays: nothing but a test reads anew. */
static const char *values[EXPOPS_ENV_COUNT];
static char *copies[EXPOPS_ENV_COUNT];
static int ignored[EXPOPS_ENV_COUNT];
static int pretended_secure = -1;
static expops_lock read_lock = EXPOPS_LOCK_INIT;
static atomic_int read_already;

extern char **environ;

/* The kernel's word: comparing user ids would miss file capabilities. */
int expops_env_secure(void)
{
    return pretended_secure >= 0 ? pretended_secure : getauxval(AT_SECURE) != 0;
}

static void read_rows(void)
{
    const int secure = expops_env_secure();
    for (int i = 0; i < EXPOPS_ENV_COUNT; i++) {
        const char *value = getenv(rows[i].name);
        const int set = value && *value;
        free(copies[i]);
        /* A process with more rights than its caller must not load or write what the caller names. */
        ignored[i] = set && secure && !rows[i].safe;
        copies[i] = set && !ignored[i] ? strdup(value) : NULL;
        /* without memory for a copy the program's own will do; a setting must not get lost */
        values[i] = set && !ignored[i] && !copies[i] ? value : copies[i];
    }
}

static int is_row(const char *name, size_t length)
{
    for (int i = 0; i < EXPOPS_ENV_COUNT; i++)
        if (strlen(rows[i].name) == length && !memcmp(rows[i].name, name, length))
            return 1;
    return 0;
}

/* Of the tests and of the command's own children. */
static int is_foreign(const char *name)
{
    static const char *const prefixes[] = { "EXPOPS_TEST_", "EXPOPS_SWEEP_", "EXPOPS_BENCH_" };
    for (size_t i = 0; i < EXPOPS_COUNTOF(prefixes); i++)
        if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
            return 1;
    return 0;
}

/* A misspelt name would otherwise go unnoticed. */
static void warn_of_unknown(void)
{
    for (char **entry = environ; entry && *entry; entry++) {
        const char *end = strchr(*entry, '=');
        if (!end || strncmp(*entry, "EXPOPS_", 7) || is_row(*entry, (size_t)(end - *entry)) || is_foreign(*entry))
            continue;
        char name[64] = "";
        strncat(name, *entry, end - *entry < 63 ? (size_t)(end - *entry) : 63);
        const char *near = NULL;
        for (int i = 0; i < EXPOPS_ENV_COUNT && !near; i++)
            near = expops_nearly_equal(name, rows[i].name) ? rows[i].name : NULL;
        expops_log_line(EXPOPS_LOG_WARNING, "the environment variable %s is not known%s%s", name,
                        near ? "; did you mean " : "", near ? near : "");
    }
}

/* So would a misspelt value. */
static void warn_of_word(int row, const char *words)
{
    char word[16], near[16] = "";
    for (const char *rest = words; sscanf(rest, "%15s", word) == 1;
         rest += strlen(word) + (rest[strlen(word)] == ' ')) {
        if (!strcmp(word, values[row]))
            return;
        if (expops_nearly_equal(word, values[row]))
            memcpy(near, word, sizeof near);
    }
    expops_log_line(EXPOPS_LOG_WARNING, "%s=%.64s is none of: %s%s%s", rows[row].name, values[row], words,
                    near[0] ? "; did you mean " : "", near);
}

static int is_folder(const char *path)
{
    struct stat about;
    return path[0] == '/' && !stat(path, &about) && S_ISDIR(about.st_mode);
}

static void warn_of_value(int row)
{
    static const char one_of[] = "one of ";
    const char *must_be = rows[row].must_be, *value = values[row];
    if (!strncmp(must_be, one_of, strlen(one_of)))
        warn_of_word(row, must_be + strlen(one_of));
    else if (!strcmp(must_be, "path") && value[0] != '/')
        expops_log_line(EXPOPS_LOG_WARNING, "%s=%.64s is no absolute path", rows[row].name, value);
    else if (!strcmp(must_be, "folder") && !is_folder(value))
        expops_log_line(EXPOPS_LOG_WARNING, "%s=%.64s is no absolute path of a folder", rows[row].name, value);
    else if (!strcmp(must_be, "number") && value[strspn(value, "0123456789")])
        expops_log_line(EXPOPS_LOG_WARNING, "%s=%.64s is no whole number", rows[row].name, value);
}

/* Once for a process; what is wrong with a value that is used says its user. */
static void warn(void)
{
    warn_of_unknown();
    for (int row = 0; row < EXPOPS_ENV_COUNT; row++)
        if (values[row])
            warn_of_value(row);
}

static void read_once(void)
{
    if (atomic_load_explicit(&read_already, memory_order_acquire))
        return;
    expops_lock_acquire(&read_lock);
    const int first = !atomic_load_explicit(&read_already, memory_order_relaxed);
    if (first) {
        read_rows();
        expops_log_choose(values[EXPOPS_ENV_LOG], values[EXPOPS_ENV_LOG_FILE]);
        atomic_store_explicit(&read_already, 1, memory_order_release);
    }
    expops_lock_release(&read_lock);
    if (first)
        warn(); /* without the lock: a line may take its time */
}

const char *expops_env(enum expops_env_key key)
{
    read_once();
    return values[key];
}

uint64_t expops_env_number(enum expops_env_key key, uint64_t otherwise)
{
    const char *value = expops_env(key);
    char *end;
    if (!value || *value < '0' || *value > '9')
        return otherwise;
    /* Only digits get here: strtoull would take a sign and blanks, and give a huge number for -1. */
    const unsigned long long number = strtoull(value, &end, 10);
    return *end ? otherwise : number;
}

int expops_env_ignored(enum expops_env_key key)
{
    read_once();
    return ignored[key];
}

const char *expops_env_name(enum expops_env_key key)
{
    return rows[key].name;
}

int expops_env_safe(enum expops_env_key key)
{
    return rows[key].safe;
}

void expops_env_reload(void)
{
    atomic_store_explicit(&read_already, 0, memory_order_release);
    read_once();
}

/* Tests cannot be set-user-ID. */
void expops_env_pretend_secure(int secure)
{
    pretended_secure = secure;
    expops_env_reload();
}
