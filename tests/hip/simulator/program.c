/* A kernel's code through the disassembler, once. */
#include "program.h"
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct kept {
    uint64_t hash;
    size_t bytes;
    char name[128];
    sim_program program;
    struct kept *next;
} kept;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static kept *programs;

static uint64_t hash_of(const void *data, size_t bytes)
{
    const unsigned char *at = data;
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ at[i]) * 0x100000001b3;
    return hash;
}

/* "// 000000001234: BF8C0070" : the address, and how many words follow. */
static int take_place(const char *comment, sim_instruction *out)
{
    char *at;
    out->address = (uint32_t)strtoul(comment, &at, 16);
    out->next = out->address;
    if (*at++ != ':')
        return 0;
    for (;; out->next += 4) {
        while (*at == ' ')
            at++;
        size_t digits = 0;
        while (isxdigit((unsigned char)at[digits]))
            digits++;
        if (digits != 8)
            return out->next > out->address;
        at += digits;
    }
}

static int add_instruction(sim_program *program, const sim_instruction *in, int *room)
{
    if (program->count == *room) {
        *room = *room ? 2 * *room : 512;
        program->code = realloc(program->code, (size_t)*room * sizeof *program->code);
        if (!program->code)
            return 0;
    }
    program->code[program->count++] = *in;
    return 1;
}

static int add_line(sim_program *program, char *line, int *room)
{
    sim_instruction in, second;
    char *comment = strstr(line, "// ");
    if (line[0] != '\t' || !comment)
        return 1;
    *comment = 0;
    const int is_dual = sim_parse_dual(line, &in, &second);
    if ((!is_dual && !sim_parse(line, &in)) || !take_place(comment + 3, &in))
        return 1;
    if (!add_instruction(program, &in, room))
        return 0;
    second.address = second.next = in.next - 1; /* no branch leads there */
    return !is_dual || add_instruction(program, &second, room);
}

static int index_of(const sim_program *program, uint32_t address)
{
    int low = 0, high = program->count;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (program->code[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < program->count && program->code[low].address == address ? low : -1;
}

static void settle(sim_program *program)
{
    for (int i = 0; i < program->count; i++) {
        sim_instruction *in = program->code + i;
        if (in->own.run) { /* it was copied */
            in->own.name = in->name;
            in->row = &in->own;
        }
        if (in->operand[0].kind == SIM_INTEGER &&
            (!strcmp(in->name, "s_branch") || !strncmp(in->name, "s_cbranch_", 10)))
            in->target = index_of(program, in->next + 4u * (uint32_t)(int32_t)(int16_t)in->operand[0].integer);
    }
}

static int disassemble(const simulator_launch *launch, sim_program *program, char *error, size_t room)
{
    char path[] = "/tmp/expops-code-XXXXXX", command[400], line[800];
    const char *tool = getenv("EXPOPS_TEST_OBJDUMP");
    int capacity = 0, ok = 1;
    const int file = mkstemp(path);
    if (file < 0 || write(file, launch->file, launch->file_bytes) != (ssize_t)launch->file_bytes) {
        snprintf(error, room, "no file for the disassembler");
        return 0;
    }
    close(file);
    snprintf(command, sizeof command, "%s -d --disassemble-symbols=%s %s 2>/dev/null", tool ? tool : "llvm-objdump-14",
             launch->name, path);
    FILE *out = popen(command, "r");
    while (ok && out && fgets(line, sizeof line, out))
        ok = add_line(program, line, &capacity);
    if (out)
        pclose(out);
    unlink(path);
    if (!program->count)
        snprintf(error, room, "%s: nothing was disassembled by: %s", launch->name, command);
    return ok && program->count;
}

static int read_entry(const simulator_launch *launch, sim_program *program, char *error, size_t room)
{
    int64_t offset;
    memcpy(&offset, launch->image + launch->descriptor + 16, sizeof offset);
    program->entry = index_of(program, (uint32_t)(launch->descriptor + (uint64_t)offset));
    if (program->entry < 0)
        snprintf(error, room, "%s: its entry is not among its instructions", launch->name);
    return program->entry >= 0;
}

static kept *find(uint64_t hash, const simulator_launch *launch)
{
    for (kept *one = programs; one; one = one->next)
        if (one->hash == hash && one->bytes == launch->file_bytes && !strcmp(one->name, launch->name))
            return one;
    return NULL;
}

const sim_program *sim_program_get(const simulator_launch *launch, char *error, size_t room)
{
    const uint64_t hash = hash_of(launch->file, launch->file_bytes);
    pthread_mutex_lock(&lock);
    kept *one = find(hash, launch);
    if (!one && (one = calloc(1, sizeof *one))) {
        one->hash = hash;
        one->bytes = launch->file_bytes;
        snprintf(one->name, sizeof one->name, "%s", launch->name);
        if (disassemble(launch, &one->program, error, room)) {
            settle(&one->program);
            one->next = programs;
            programs = one;
        } else {
            free(one->program.code);
            free(one);
            one = NULL;
        }
    }
    pthread_mutex_unlock(&lock);
    return one && read_entry(launch, &one->program, error, room) ? &one->program : NULL;
}
