/* Walking over the files of the cache: v1/<backend>/<2 hex digits>/<file>. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"

enum { MAX_INNER_PATH = 512 }; /* two short names and one of a file */

typedef struct walk {
    int (*visit)(void *context, const expops_cache_file *file);
    void *context;
    int stopped;
} walk;

static int has_suffix(const char *name, const char *suffix)
{
    const size_t length = strlen(name), tail = strlen(suffix);
    return length > tail && strcmp(name + length - tail, suffix) == 0;
}

static void visit_file(walk *w, int directory, const char *name, const char *path)
{
    expops_cache_file file = { .directory = directory, .name = name, .path = path };
    file.temporary = strncmp(name, EXPOPS_CACHE_TEMPORARY, strlen(EXPOPS_CACHE_TEMPORARY)) == 0;
    if (!file.temporary && !has_suffix(name, EXPOPS_CACHE_SUFFIX))
        return;
    /* another process may have taken it away since the folder was read */
    if (fstatat(directory, name, &file.stat, AT_SYMLINK_NOFOLLOW) || !S_ISREG(file.stat.st_mode))
        return;
    w->stopped = w->visit(w->context, &file);
}

/* `levels` folders are still between this one and the files. */
static void walk_folder(walk *w, int parent, const char *name, const char *path, int levels)
{
    /* From the parent's descriptor and never through a link: whoever swaps a folder meanwhile must not lead a
     * clearing of the cache elsewhere. */
    const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (!folder) {
        if (fd >= 0)
            close(fd);
        return;
    }
    const struct dirent *item;
    while (!w->stopped && (item = readdir(folder))) {
        char inner[MAX_INNER_PATH];
        if (item->d_name[0] == '.' ||
            (size_t)snprintf(inner, sizeof(inner), "%s/%s", path, item->d_name) >= sizeof(inner))
            continue;
        if (levels)
            walk_folder(w, fd, item->d_name, inner, levels - 1);
        else
            visit_file(w, fd, item->d_name, inner);
    }
    closedir(folder);
}

void expops_cache_walk(int root, int (*visit)(void *context, const expops_cache_file *file), void *context)
{
    walk w = { .visit = visit, .context = context };
    walk_folder(&w, root, EXPOPS_CACHE_VERSION_DIRECTORY, EXPOPS_CACHE_VERSION_DIRECTORY, 2);
}
