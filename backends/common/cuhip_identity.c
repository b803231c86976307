/* Which build of a library this is, read from the file as it is mapped: a version number alone does not tell two apart. */
#include "cuhip.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { BUILD_ID_BYTES = 8 };

typedef struct wanted {
    uintptr_t address;
    unsigned char id[BUILD_ID_BYTES];
    int found;
} wanted;

static int maps(const struct dl_phdr_info *object, uintptr_t address)
{
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        const uintptr_t start = object->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && address >= start && address - start < segment->p_memsz)
            return 1;
    }
    return 0;
}

static void read_notes(const char *notes, size_t bytes, size_t align, wanted *want)
{
    const size_t mask = (align == 8 ? 8 : 4) - 1;
    for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= bytes;) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(notes + at);
        const size_t name = at + sizeof *note;
        const size_t text = name + ((note->n_namesz + mask) & ~mask);
        if (text + note->n_descsz > bytes)
            return;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(notes + name, "GNU", 4) == 0 &&
            note->n_descsz >= BUILD_ID_BYTES) {
            memcpy(want->id, notes + text, BUILD_ID_BYTES);
            want->found = 1;
            return;
        }
        at = text + ((note->n_descsz + mask) & ~mask);
    }
}

static int visit(struct dl_phdr_info *object, size_t size, void *context)
{
    wanted *want = context;
    if (!maps(object, want->address))
        return 0;
    for (int i = 0; i < object->dlpi_phnum && !want->found; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_NOTE)
            read_notes((const char *)(object->dlpi_addr + segment->p_vaddr), segment->p_memsz, segment->p_align, want);
    }
    return 1;
}

void cuhip_identify(const void *address, char *out, size_t room)
{
    wanted want = { .address = (uintptr_t)address };
    Dl_info where;
    struct stat file;
    dl_iterate_phdr(visit, &want);
    if (want.found) {
        size_t used = (size_t)snprintf(out, room, "build ");
        for (int i = 0; i < BUILD_ID_BYTES && used + 3 <= room; i++)
            used += (size_t)snprintf(out + used, room - used, "%02x", want.id[i]);
        return;
    }
    if (dladdr(address, &where) && where.dli_fname && stat(where.dli_fname, &file) == 0)
        snprintf(out, room, "%lld bytes", (long long)file.st_size);
    else
        snprintf(out, room, "unknown build");
}

int cuhip_directory_of(const void *address, char *out, size_t room)
{
    Dl_info where;
    if (!address || !dladdr(address, &where) || !where.dli_fname)
        return 0;
    const char *slash = strrchr(where.dli_fname, '/');
    if (!slash || (size_t)(slash - where.dli_fname) >= room)
        return 0;
    memcpy(out, where.dli_fname, (size_t)(slash - where.dli_fname));
    out[slash - where.dli_fname] = '\0';
    return 1;
}
