/* A kernel's code through the disassembler, once. */
#include "disassemble.h"
#include "program.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What a disassembler's lines become. */
typedef struct growing {
    sim_program *program;
    int room;
} growing;

static int add_line(void *taker, char *line, uint32_t address, uint32_t next)
{
    growing *to = taker;
    sim_instruction in, second;
    const int is_dual = sim_parse_dual(line, &in, &second);
    if (!is_dual && !sim_parse(line, &in))
        return 1;
    in.address = address;
    in.next = next;
    if (!add_instruction(to->program, &in, &to->room))
        return 0;
    second.address = second.next = in.next - 1; /* no branch leads there */
    return !is_dual || add_instruction(to->program, &second, &to->room);
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
    growing to = { .program = program };
    if (!sim_disassemble(launch, add_line, &to, error, room))
        return 0;
    if (!program->count)
        snprintf(error, room, "%s: its code has no instructions", launch->name);
    return program->count > 0;
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
