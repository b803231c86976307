/* The notes of a code object. */
#include "notes.h"
#include <elf.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_METADATA = 32 };

static int key_is(const msgpack_object *key, const char *text)
{
    return key->type == MSGPACK_OBJECT_STR && key->via.str.size == strlen(text) &&
           !memcmp(key->via.str.ptr, text, key->via.str.size);
}

static const msgpack_object *lookup(const msgpack_object *map, const char *key)
{
    for (uint32_t i = 0; map && map->type == MSGPACK_OBJECT_MAP && i < map->via.map.size; i++)
        if (key_is(&map->via.map.ptr[i].key, key))
            return &map->via.map.ptr[i].val;
    return NULL;
}

static uint32_t number(const msgpack_object *map, const char *key)
{
    const msgpack_object *value = lookup(map, key);
    return value && value->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? (uint32_t)value->via.u64 : 0;
}

static void text(const msgpack_object *map, const char *key, char *out, size_t room)
{
    const msgpack_object *value = lookup(map, key);
    const size_t bytes = value && value->type == MSGPACK_OBJECT_STR ? value->via.str.size : 0;
    memcpy(out, bytes ? value->via.str.ptr : "", bytes < room ? bytes : room - 1);
    out[bytes < room ? bytes : room - 1] = 0;
}

static void read_kernel(const msgpack_object *map, double_kernel *kernel)
{
    const msgpack_object *arguments = lookup(map, ".args");
    text(map, ".name", kernel->name, sizeof kernel->name);
    kernel->kernarg_bytes = number(map, ".kernarg_segment_size");
    kernel->local_bytes = number(map, ".group_segment_fixed_size");
    kernel->private_bytes = number(map, ".private_segment_fixed_size");
    kernel->wave = number(map, ".wavefront_size");
    kernel->max_items = number(map, ".max_flat_workgroup_size");
    kernel->vectors = number(map, ".vgpr_count");
    kernel->scalars = number(map, ".sgpr_count");
    kernel->spilled = number(map, ".vgpr_spill_count");
    for (uint32_t i = 0; arguments && i < arguments->via.array.size && i < DOUBLE_ARGUMENTS; i++) {
        double_argument *argument = kernel->argument + kernel->num_arguments++;
        argument->offset = number(arguments->via.array.ptr + i, ".offset");
        argument->bytes = number(arguments->via.array.ptr + i, ".size");
        text(arguments->via.array.ptr + i, ".value_kind", argument->kind, sizeof argument->kind);
    }
}

static void read_metadata(double_notes *notes, const char *data, size_t bytes)
{
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, data, bytes, NULL) == MSGPACK_UNPACK_SUCCESS) {
        const msgpack_object *kernels = lookup(&unpacked.data, "amdhsa.kernels");
        const uint32_t count = kernels && kernels->type == MSGPACK_OBJECT_ARRAY ? kernels->via.array.size : 0;
        notes->kernel = calloc(count + 1, sizeof *notes->kernel);
        for (uint32_t i = 0; notes->kernel && i < count; i++) {
            read_kernel(kernels->via.array.ptr + i, notes->kernel + i);
            notes->num_kernels++;
        }
    }
    msgpack_unpacked_destroy(&unpacked);
}

static void read_notes(double_notes *notes, const char *at, const char *end)
{
    while (at + sizeof(Elf64_Nhdr) <= end) {
        const Elf64_Nhdr *note = (const void *)at;
        const char *name = at + sizeof *note, *data = name + ((note->n_namesz + 3) & ~3u);
        if (note->n_type == NOTE_METADATA && !strcmp(name, "AMDGPU"))
            read_metadata(notes, data, note->n_descsz);
        at = data + ((note->n_descsz + 3) & ~3u);
    }
}

int double_notes_read(const void *elf, double_notes *out)
{
    const char *data = elf;
    const Elf64_Ehdr *header = elf;
    const Elf64_Phdr *segment = (const void *)(data + header->e_phoff);
    *out = (double_notes){ 0, NULL };
    for (int i = 0; i < header->e_phnum; i++)
        if (segment[i].p_type == PT_NOTE)
            read_notes(out, data + segment[i].p_offset, data + segment[i].p_offset + segment[i].p_filesz);
    return out->num_kernels > 0;
}
