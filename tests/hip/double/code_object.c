/* Code objects: ELF files whose notes describe their kernels. */
#include "double.h"
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MACHINE_AMDGPU = 224 };

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
            for (uint32_t k = 0; k < module->notes.num_kernels; k++) {
                const size_t length = strlen(module->notes.kernel[k].name);
                const char *name = names + symbol[s].st_name;
                if (!strncmp(name, module->notes.kernel[k].name, length) && !strcmp(name + length, ".kd"))
                    module->notes.kernel[k].descriptor = symbol[s].st_value;
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
    for (int i = 0; i < header->e_phnum; i++)
        if (segment[i].p_type == PT_LOAD)
            memcpy(module->image + segment[i].p_vaddr, data + segment[i].p_offset, segment[i].p_filesz);
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
    double_notes_read(data, &module->notes);
    for (uint32_t i = 0; i < module->notes.num_kernels; i++)
        module->notes.kernel[i].module = module;
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
    free(module->notes.kernel);
    free(module);
}
