/* By libamd_comgr, which hipRTC brings into the process; where EXPOPS_TEST_OBJDUMP names a program, as for chips that the library does
 * not know, by that, whose start costs more than all else that is done for a kernel but its compilation. */
#include "disassemble.h"
#include <ctype.h>
#include <dlfcn.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct comgr_info {
    uint64_t handle;
} comgr_info;

typedef unsigned comgr_create(const char *isa, uint64_t (*read)(uint64_t, char *, uint64_t, void *),
                              void (*print)(const char *, void *), void (*annotate)(uint64_t, void *), comgr_info *out);
typedef unsigned comgr_destroy(comgr_info info);
typedef unsigned comgr_step(comgr_info info, uint64_t address, void *user, uint64_t *out_bytes);

/* A function's code, and the instruction that was printed last. */
typedef struct region {
    const char *image;
    uint64_t begin, end;
    char text[400];
} region;

static uint64_t read_code(uint64_t from, char *to, uint64_t bytes, void *user)
{
    const region *code = user;
    const uint64_t left = from < code->end ? code->end - from : 0;
    bytes = bytes < left ? bytes : left;
    memcpy(to, code->image + from, bytes);
    return bytes;
}

static void keep_text(const char *instruction, void *user)
{
    snprintf(((region *)user)->text, sizeof((region *)user)->text, "%s", instruction);
}

static void keep_no_place(uint64_t address, void *user)
{
}

static int find_function(const simulator_launch *launch, region *out)
{
    const char *data = launch->file;
    const Elf64_Ehdr *header = (const void *)data;
    const Elf64_Shdr *section = (const void *)(data + header->e_shoff);
    out->image = launch->image;
    for (int i = 0; i < header->e_shnum; i++) {
        const Elf64_Sym *symbol = (const void *)(data + section[i].sh_offset);
        for (size_t s = 0; section[i].sh_type == SHT_DYNSYM && s < section[i].sh_size / sizeof *symbol; s++)
            if (!strcmp(data + section[section[i].sh_link].sh_offset + symbol[s].st_name, launch->name)) {
                out->begin = symbol[s].st_value;
                out->end = symbol[s].st_value + symbol[s].st_size;
                return out->begin < out->end;
            }
    }
    return 0;
}

static int step_through(comgr_step *step, comgr_info info, region *code, sim_take *take, void *taker)
{
    uint64_t bytes;
    for (uint64_t at = code->begin; at < code->end; at += bytes)
        if (step(info, at, code, &bytes) || !bytes || !take(taker, code->text, (uint32_t)at, (uint32_t)(at + bytes)))
            return 0;
    return 1;
}

static int by_comgr(const simulator_launch *launch, sim_take *take, void *taker)
{
    static void *library;
    char isa[64];
    region code;
    comgr_info info;
    library = library ? library : dlopen("libamd_comgr.so.2", RTLD_NOW | RTLD_LOCAL);
    comgr_create *create = library ? (comgr_create *)dlsym(library, "amd_comgr_create_disassembly_info") : NULL;
    snprintf(isa, sizeof isa, "amdgcn-amd-amdhsa--%.*s", (int)strcspn(launch->arch, ":"), launch->arch);
    if (!create || !find_function(launch, &code) || create(isa, read_code, keep_text, keep_no_place, &info))
        return 0;
    const int done =
        step_through((comgr_step *)dlsym(library, "amd_comgr_disassemble_instruction"), info, &code, take, taker);
    ((comgr_destroy *)dlsym(library, "amd_comgr_destroy_disassembly_info"))(info);
    return done;
}

/* "// 000000001234: BF8C0070": the address, and how many words follow. */
static int read_place(const char *comment, uint32_t *out_address, uint32_t *out_next)
{
    char *at;
    *out_address = *out_next = (uint32_t)strtoul(comment, &at, 16);
    if (*at++ != ':')
        return 0;
    for (;; *out_next += 4) {
        while (*at == ' ')
            at++;
        size_t digits = 0;
        while (isxdigit((unsigned char)at[digits]))
            digits++;
        if (digits != 8)
            return *out_next > *out_address;
        at += digits;
    }
}

static int take_line(char *line, sim_take *take, void *taker)
{
    uint32_t address, next;
    char *comment = strstr(line, "// ");
    if (line[0] != '\t' || !comment || !read_place(comment + 3, &address, &next))
        return 1;
    *comment = 0;
    return take(taker, line, address, next);
}

static int by_program(const simulator_launch *launch, const char *tool, sim_take *take, void *taker)
{
    char path[] = "/tmp/expops-code-XXXXXX", command[400], line[800];
    const int file = mkstemp(path);
    int done = file >= 0 && write(file, launch->file, launch->file_bytes) == (ssize_t)launch->file_bytes;
    snprintf(command, sizeof command, "%s -d --disassemble-symbols=%s %s 2>/dev/null", tool, launch->name, path);
    FILE *out = done ? popen(command, "r") : NULL;
    while (done && out && fgets(line, sizeof line, out))
        done = take_line(line, take, taker);
    if (out)
        pclose(out);
    if (file >= 0) {
        close(file);
        unlink(path);
    }
    return done && out;
}

int sim_disassemble(const simulator_launch *launch, sim_take *take, void *taker, char *error, size_t room)
{
    const char *tool = getenv("EXPOPS_TEST_OBJDUMP");
    const int done = tool ? by_program(launch, tool, take, taker) : by_comgr(launch, take, taker);
    if (!done)
        snprintf(error, room,
                 "%s: %s does not disassemble code for %s; EXPOPS_TEST_OBJDUMP may name another llvm-objdump",
                 launch->name, tool ? tool : "libamd_comgr.so.2", launch->arch);
    return done;
}
