/* Writes the files that compile the operators' own text for the CPU, and those that compile their references for the tests,
 * each with what the operator's definition says of the text's functions:
 *
 *   write_stubs names                            names of the CPU's stubs
 *   write_stubs cpu OPS OUT LEVELS TOUCH NAME... the CPU's stubs and the table of their instances
 *   write_stubs references OPS OUT               the references' stubs
 *
 * One stub of the CPU's is one operator's text for one element type, one compile-time choice and one family. LEVELS is a comma-separated list of
 * instruction levels, the lowest first; the last is only for floating point and for integers of one byte or two. Where NAME... are not the names that a build was
 * configured with, TOUCH, a build definition, is touched: the next build configures itself anew. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "stub_text.h"
#include "written.h"

typedef struct job {
    const char *folder, *out, *levels;
    char **names; /* expected, NULL at their end */
    int changed, failed;
} job;

typedef void visit(const cpu_stub *stub, job *job);

static void each_family(cpu_stub *stub, visit *visit, job *job)
{
    for (stub->family = 0; stub->family <= EXPOPS_FAMILY_WINDOW; stub->family++)
        if (stub->facts.families >> stub->family & 1u)
            visit(stub, job);
}

/* In the order of the table: by name, element type, choice and family. */
static void each_stub(const char *folder, visit *visit, job *job)
{
    for (size_t i = 0; i < expops_registry_count; i++) {
        cpu_stub stub = { .op = expops_registry[i].op, .folder = folder };
        stub_facts_read(stub.op, &stub.facts);
        for (stub.dtype = 0; stub.dtype < EXPOPS_DTYPE_COUNT; stub.dtype++)
            for (stub.choice = 0; stub.choice < stub.facts.choices && stub.facts.dtypes >> stub.dtype & 1u;
                 stub.choice++)
                each_family(&stub, visit, job);
    }
}

static void file_name(const cpu_stub *stub, char name[256])
{
    snprintf(name, 256, "%s.%s.%u%s.c", stub->op->name, stub_dtype_name(stub->dtype), stub->choice,
             stub_of_kernel(stub) ? ".rows" : "");
}

static void print_name(const cpu_stub *stub, job *job)
{
    char name[256];
    file_name(stub, name);
    printf("%s\n", name);
}

static void compare_name(const cpu_stub *stub, job *job)
{
    char name[256];
    file_name(stub, name);
    job->changed |= !*job->names || strcmp(name, *job->names);
    job->names += *job->names != NULL;
}

static void end_file(job *job, const char *name)
{
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s/%s", job->out, name);
    job->failed |= length >= (int)sizeof path || !written_end(path);
}

static void write_stub(const cpu_stub *stub, job *job)
{
    char name[256];
    file_name(stub, name);
    job->failed |= !written_begin();
    stub_print(stub);
    end_file(job, name);
}

typedef void print_level(const cpu_stub *stub, uint32_t number, const char *level, int length);

/* Of types that the last level has instructions for which the others lack. */
static int has_last_level(int32_t dtype)
{
    switch (dtype) {
    case EXPOPS_DTYPE_F32:
    case EXPOPS_DTYPE_F64:
    case EXPOPS_DTYPE_I8:
    case EXPOPS_DTYPE_U8:
    case EXPOPS_DTYPE_I16:
        return 1;
    default:
        return 0;
    }
}

/* Calls `print` for each level that the stub is compiled for. */
static void each_level(const cpu_stub *stub, const job *job, print_level *print)
{
    const char *level = job->levels;
    for (uint32_t number = 0; level; number++) {
        const char *const end = strchr(level, ',');
        if (end || !number || has_last_level(stub->dtype))
            print(stub, number, level, (int)(end ? (size_t)(end - level) : strlen(level)));
        level = end ? end + 1 : NULL;
    }
}

static void print_declaration(const cpu_stub *stub, uint32_t number, const char *level, int length)
{
    char symbol[256];
    (void)number;
    stub_symbol(stub, symbol);
    printf("extern const cpu_instance %s_%.*s;\n", symbol, length, level);
}

static void print_row(const cpu_stub *stub, uint32_t number, const char *level, int length)
{
    char symbol[256];
    stub_symbol(stub, symbol);
    printf("    { \"%s\", %d, %u, %u, %u, &%s_%.*s },\n", stub->op->name, stub->dtype, stub->choice,
           stub->facts.choices, number, symbol, length, level);
}

static void declare(const cpu_stub *stub, job *job)
{
    each_level(stub, job, print_declaration);
}

static void list(const cpu_stub *stub, job *job)
{
    each_level(stub, job, print_row);
}

static void write_table(job *job)
{
    job->failed |= !written_begin();
    printf("/* Written by tools/write_stubs.c. */\n#include \"cpu_instance.h\"\n\n");
    each_stub(NULL, declare, job);
    printf("\nconst cpu_table_row cpu_table[] = {\n");
    each_stub(NULL, list, job);
    printf("    { NULL, 0, 0, 0, 0, NULL },\n};\n"
           "const size_t cpu_table_rows = sizeof cpu_table / sizeof *cpu_table - 1;\n");
    end_file(job, "cpu_table.c");
}

static void write_reference(const expops_operator *op, job *job)
{
    char name[256];
    uint32_t count = 0;
    snprintf(name, sizeof name, "%s.reference.c", op->name);
    job->failed |= !written_begin();
    printf("/* Written by tools/write_stubs.c. */\n");
    if (!op->draft)
        printf("#define REFERENCE_TAKES \"");
    for (; op->parameters[count].name; count++)
        if (!op->draft)
            printf("%slong double %s", count ? ", " : "", op->parameters[count].name);
    printf("%s#define REFERENCE_ARGUMENTS %u\n", op->draft ? "" : "\"\n", count);
    printf("#include \"%s/%s.c\"\n", job->folder, op->name);
    end_file(job, name);
}

static int write_cpu(char **arguments)
{
    job job = { .folder = arguments[0], .out = arguments[1], .levels = arguments[2], .names = arguments + 4 };
    each_stub(job.folder, compare_name, &job);
    if (job.changed || *job.names) {
        utimensat(AT_FDCWD, arguments[3], NULL, 0);
        fprintf(stderr, "the operators or their element types have changed: build once more\n");
        return 1;
    }
    each_stub(job.folder, write_stub, &job);
    write_table(&job);
    return job.failed;
}

static int write_references(char **arguments)
{
    job job = { .folder = arguments[0], .out = arguments[1] };
    for (size_t i = 0; i < expops_registry_count; i++)
        write_reference(expops_registry[i].op, &job);
    return job.failed;
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "names")) {
        each_stub(NULL, print_name, NULL);
        return 0;
    }
    if (argc >= 6 && !strcmp(argv[1], "cpu"))
        return write_cpu(argv + 2);
    if (argc == 4 && !strcmp(argv[1], "references"))
        return write_references(argv + 2);
    return 2;
}
