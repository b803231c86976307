#include "env.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include "fork.h"
#include "log.h"
#include "near.h"

static const struct {
    const char *name;
    int safe;
} rows[EXPOPS_ENV_COUNT] = {
#define EXPOPS_ENV_ROW(NAME, safe, doc) { "EXPOPS_" #NAME, safe },
#include "env.inc"
#undef EXPOPS_ENV_ROW
};

static char *values[EXPOPS_ENV_COUNT];
static int ignored[EXPOPS_ENV_COUNT];
static int pretended_secure = -1;
static expops_lock read_lock = EXPOPS_LOCK_INIT;
static atomic_int read_already;

extern char **environ;

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
        free(values[i]);
        ignored[i] = set && secure && !rows[i].safe;
        values[i] = set && !ignored[i] ? strdup(value) : NULL;
    }
}

static int is_row(const char *name, size_t length)
{
    for (int i = 0; i < EXPOPS_ENV_COUNT; i++)
        if (strlen(rows[i].name) == length && !memcmp(rows[i].name, name, length))
            return 1;
    return 0;
}

/* A misspelt name would otherwise go unnoticed. */
static void warn_of_unknown(void)
{
    for (char **entry = environ; entry && *entry; entry++) {
        const char *end = strchr(*entry, '=');
        if (!end || strncmp(*entry, "EXPOPS_", 7) || is_row(*entry, (size_t)(end - *entry)))
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

static void read_once(void)
{
    if (atomic_load_explicit(&read_already, memory_order_acquire))
        return;
    expops_lock_acquire(&read_lock);
    const int first = !atomic_load_explicit(&read_already, memory_order_relaxed);
    if (first) {
        read_rows();
        atomic_store_explicit(&read_already, 1, memory_order_release);
    }
    expops_lock_release(&read_lock);
    if (first)
        warn_of_unknown(); /* the log reads the environment too: only now can it */
}

const char *expops_env(enum expops_env_key key)
{
    read_once();
    return values[key];
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

void expops_env_pretend_secure(int secure)
{
    pretended_secure = secure;
    expops_env_reload();
}
