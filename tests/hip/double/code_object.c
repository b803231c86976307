/* Code objects: ELF files whose notes describe their kernels. */
#include "double.h"
#include <elf.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MACHINE_AMDGPU = 224, NOTE_METADATA = 32 };

/* --- metadata --- */

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
    for (uint32_t i = 0; arguments && i < arguments->via.array.size && i < DOUBLE_ARGUMENTS; i++) {
        double_argument *argument = kernel->argument + kernel->num_arguments++;
        argument->offset = number(arguments->via.array.ptr + i, ".offset");
        argument->bytes = number(arguments->via.array.ptr + i, ".size");
        text(arguments->via.array.ptr + i, ".value_kind", argument->kind, sizeof argument->kind);
    }
}

static void read_metadata(double_module *module, const char *data, size_t bytes)
{
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, data, bytes, NULL) == MSGPACK_UNPACK_SUCCESS) {
        const msgpack_object *kernels = lookup(&unpacked.data, "amdhsa.kernels");
        const uint32_t count = kernels && kernels->type == MSGPACK_OBJECT_ARRAY ? kernels->via.array.size : 0;
        module->kernel = calloc(count + 1, sizeof *module->kernel);
        for (uint32_t i = 0; module->kernel && i < count; i++) {
            read_kernel(kernels->via.array.ptr + i, module->kernel + i);
            module->kernel[i].module = module;
            module->num_kernels++;
        }
    }
    msgpack_unpacked_destroy(&unpacked);
}

/* --- ELF --- */

static void read_notes(double_module *module, const char *at, const char *end)
{
    while (at + sizeof(Elf64_Nhdr) <= end) {
        const Elf64_Nhdr *note = (const void *)at;
        const char *name = at + sizeof *note, *data = name + ((note->n_namesz + 3) & ~3u);
        if (note->n_type == NOTE_METADATA && !strcmp(name, "AMDGPU"))
            read_metadata(module, data, note->n_descsz);
        at = data + ((note->n_descsz + 3) & ~3u);
    }
}

/* A kernel's descriptor is a symbol "NAME.kd". */
static void find_descriptors(double_module *module, const char *data)
{
    const Elf64_Ehdr *header = (const void *)data;
    const Elf64_Shdr *section = (const void *)(data + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++) {
        if (section[i].sh_type != SHT_DYNSYM)
            continue;
        const Elf64_Sym *symbol = (const void *)(data + section[i].sh_offset);
        const char *names = data + section[section[i].sh_link].sh_offset;
        for (size_t s = 0; s < section[i].sh_size / sizeof *symbol; s++)
            for (uint32_t k = 0; k < module->num_kernels; k++) {
                const size_t length = strlen(module->kernel[k].name);
                const char *name = names + symbol[s].st_name;
                if (!strncmp(name, module->kernel[k].name, length) && !strcmp(name + length, ".kd"))
                    module->kernel[k].descriptor = symbol[s].st_value;
            }
    }
}

static size_t file_bytes(const char *data)
{
    const Elf64_Ehdr *header = (const void *)data;
    const Elf64_Shdr *section = (const void *)(data + header->e_shoff);
    size_t bytes = header->e_shoff + (size_t)header->e_shnum * header->e_shentsize;
    for (int i = 0; i < header->e_shnum; i++)
        if (section[i].sh_type != SHT_NOBITS && section[i].sh_offset + section[i].sh_size > bytes)
            bytes = section[i].sh_offset + section[i].sh_size;
    return bytes;
}

static int load_segments(double_module *module, const char *data)
{
    const Elf64_Ehdr *header = (const void *)data;
    const Elf64_Phdr *segment = (const void *)(data + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++)
        if (segment[i].p_type == PT_LOAD && segment[i].p_vaddr + segment[i].p_memsz > module->image_bytes)
            module->image_bytes = segment[i].p_vaddr + segment[i].p_memsz;
    module->image = mmap(NULL, module->image_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (module->image == MAP_FAILED)
        return 0;
    for (int i = 0; i < header->e_phnum; i++) {
        if (segment[i].p_type == PT_LOAD)
            memcpy(module->image + segment[i].p_vaddr, data + segment[i].p_offset, segment[i].p_filesz);
        if (segment[i].p_type == PT_NOTE)
            read_notes(module, data + segment[i].p_offset, data + segment[i].p_offset + segment[i].p_filesz);
    }
    return 1;
}

static int machine_fits(uint32_t flags)
{
    static const struct {
        const char *arch;
        uint32_t machine;
    } machines[] = {
        { "gfx803", 0x2a },  { "gfx900", 0x2c },  { "gfx906", 0x2f },  { "gfx908", 0x30 },
        { "gfx90a", 0x3f },  { "gfx940", 0x40 },  { "gfx942", 0x4c },  { "gfx1010", 0x33 },
        { "gfx1030", 0x36 }, { "gfx1100", 0x41 }, { "gfx1101", 0x46 }, { "gfx1200", 0x48 },
    };
    const size_t length = strcspn(double_arch(), ":");
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        if (strlen(machines[i].arch) == length && !strncmp(machines[i].arch, double_arch(), length))
            return machines[i].machine == (flags & 0xff);
    return 0;
}

hipError_t double_module_read(const void *data, double_module **out_module)
{
    const Elf64_Ehdr *header = data;
    if (memcmp(data, ELFMAG, SELFMAG))
        return hipErrorInvalidImage;
    if (header->e_machine != MACHINE_AMDGPU || !machine_fits(header->e_flags))
        return hipErrorNoBinaryForGpu;
    double_module *module = calloc(1, sizeof *module);
    module->file_bytes = file_bytes(data);
    module->file = malloc(module->file_bytes);
    memcpy(module->file, data, module->file_bytes);
    if (!load_segments(module, data)) {
        double_module_free(module);
        return hipErrorOutOfMemory;
    }
    double_add_range(module->image, module->image_bytes);
    find_descriptors(module, data);
    *out_module = module;
    return hipSuccess;
}

void double_module_free(double_module *module)
{
    if (module->image && module->image != MAP_FAILED) {
        double_drop_range(module->image);
        munmap(module->image, module->image_bytes);
    }
    free(module->file);
    free(module->kernel);
    free(module);
}
