#include "loader_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

void set_environment(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
    expops_env_reload();
}

void search_in(const char *path)
{
    set_environment("EXPOPS_BACKEND_PATH", path);
    assert_int_equal(expops_rescan(), EXPOPS_OK);
}

const char *fixture(const char *kind)
{
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, PATH_MAX, "%s/expops_%s.so", FIXTURES, kind);
    return path;
}

expops_candidate candidate_at(const char *path)
{
    expops_candidate candidate;
    for (size_t i = 0; expops_candidate_get(i, &candidate); i++)
        if (!strcmp(candidate.path, path))
            return candidate;
    fail_msg("no candidate %s", path);
    abort();
}

void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

void assert_error_has(const char *part)
{
    assert_has(expops_error_text(), part);
}

char *make_directory(void)
{
    char name[] = "/tmp/expops-loader-XXXXXX";
    assert_non_null(mkdtemp(name));
    return strdup(name);
}

void remove_directory(char *directory)
{
    char path[PATH_MAX];
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    if (entries)
        closedir(entries);
    rmdir(directory);
    free(directory);
}

const char *copy_file(const char *from, const char *directory, const char *name, unsigned mode)
{
    static char path[PATH_MAX];
    char block[65536];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    const int in = open(from, O_RDONLY), out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(in >= 0 && out >= 0);
    for (ssize_t got; (got = read(in, block, sizeof block)) > 0;)
        assert_int_equal(write(out, block, (size_t)got), got);
    assert_int_equal(fchmod(out, mode), 0);
    close(in);
    close(out);
    return path;
}
