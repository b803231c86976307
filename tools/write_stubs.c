/* Writes the files that compile the operators' own text for the CPU, and those that compile their references for the tests,
 * each with what the operator's definition says of the text's functions:
 *
 *   write_stubs names                            names of the CPU's stubs
 *   write_stubs cpu OPS OUT LEVELS TOUCH NAME... the CPU's stubs and the table of their instances
 *   write_stubs references OPS OUT               the references' stubs
 *
 * One stub of the CPU's is one operator for one element type and one compile-time choice. LEVELS is a comma-separated list of
 * instruction levels, the lowest first; the last is only for floating point. Where NAME... are not the names that a build was
 * configured with, TOUCH, a build definition, is touched: the next build configures itself anew. */
#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "draft/promote.h"
#include "stub_facts.h"
#include "written.h"

typedef struct cpu_stub {
    const expops_operator *op;
    stub_facts facts;
    int dtype;
    uint32_t choice;
    const char *folder; /* of operators */
} cpu_stub;

/* A(0), A(1), ... with what stands before, between and behind them. */
static void print_each(const char *word, uint32_t count, const char *before, const char *between, const char *behind)
{
    printf("#define %s(A)", word);
    for (uint32_t k = 0; k < count; k++)
        printf("%sA(%u)%s", k ? between : before, k, behind);
    printf("\n");
}

static void print_types(uint32_t count)
{
    for (uint32_t k = 0; k < count; k++)
        printf("%sxk_t", k ? ", " : "");
}

/* --- the defines before an operator's text --- */

static void print_class(int dtype)
{
    static const char *const classes[] = {
#define EXPOPS_DTYPE_ROW(NAME, name, bytes, code, compute) #compute,
#include "expops/dtype.inc"
#undef EXPOPS_DTYPE_ROW
    };
    printf("#define XK_%s 1\n", classes[dtype]);
    if (expops_dtype_is_integral(dtype))
        printf("#define XK_INT_BITS %d\n", 8 * (int)expops_dtype_bytes((expops_dtype)dtype));
    if (expops_dtype_to_dl((expops_dtype)dtype).code == 1) /* DLPack's unsigned integers */
        printf("#define XK_UNSIGNED 1\n");
    if (dtype == EXPOPS_DTYPE_BOOL)
        printf("#define XK_BOOL 1\n");
}

/* The parameters that the kernel gets, as they stand in its brackets. */
static void print_taken(const expops_operator *op, uint32_t elements)
{
    printf("#define CPU_TAKES \"%s", elements ? "" : "void");
    for (uint32_t i = 0, printed = 0; op->parameters[i].name; i++)
        if (elements >> i & 1u)
            printf("%sxk_t %s", printed++ ? ", " : "", op->parameters[i].name);
    printf("\"\n");
}

static void print_element_defines(const expops_operator *op, const stub_facts *facts)
{
    printf("#define CPU_EITHER %d\n#define CPU_IS_NUMBER(argument) (0", facts->either != 0);
    for (uint32_t i = 0; op->parameters[i].name; i++)
        if (facts->numbers >> i & 1u)
            printf(" || CPU_SAME(argument, \"xk_t %s\")", op->parameters[i].name);
    printf(")\n");
    if (!facts->drafted)
        print_taken(op, facts->elements);
}

static void print_row_defines(const stub_facts *facts)
{
    const uint32_t lifted = stub_count(facts->lifted), numbers = stub_count(facts->numbers);
    const uint32_t tensors = stub_count(facts->elements & ~facts->numbers);
    printf("#define CPU_IS_MAP %d\n#define CPU_LIFTS %u\n#define CPU_ARRAYS %u\n#define CPU_NUMBERS %u\n",
           facts->family == EXPOPS_FAMILY_MAP, lifted, tensors, numbers);
    print_each("CPU_LIFTED_ARGUMENTS", lifted, " ", ", ", "");
    print_each("CPU_MAP_ARRAYS", tensors, " ", " ", ",");
    print_each("CPU_ROW_NUMBERS", numbers, " , ", ", ", "");
}

/* --- the checks behind it, of functions whose types only the text knows --- */

/* What follows is at the line of the text that first says `word`, or at the text's first. */
static void print_place(const char *text, const char *word)
{
    const char *const at = strstr(text, word);
    char file[256] = "", found[256] = "";
    int line = 0, found_line = 0;
    for (const char *start = text; start && *start; start = strchr(start, '\n') ? strchr(start, '\n') + 1 : NULL) {
        if (sscanf(start, "#line %d \"%255[^\"]\"", &line, file) == 2)
            continue;
        if (!found[0] || (at && start <= at)) {
            memcpy(found, file, sizeof found);
            found_line = line;
        }
        line++;
    }
    printf("#line %d \"%s\"\n", found_line, found);
}

/* Declares a function as the definition has it: `count` of xk_t between `before` and `behind`. */
static void print_row_check(const char *text, const char *function, const char *before, uint32_t count,
                            const char *behind)
{
    print_place(text, strchr(function, ' ') + 1);
    printf("XK_FN %s%s", function, before);
    print_types(count);
    printf("%s);\n", behind);
}

static void print_row_checks(const stub_facts *facts, const char *text)
{
    print_row_check(text, "xk_acc xk_identity(", "void", 0, "");
    print_row_check(text, "xk_acc xk_lift(", "", stub_count(facts->lifted), "");
    print_row_check(text, "xk_acc xk_combine(", "xk_acc, xk_acc", 0, "");
    if (facts->family == EXPOPS_FAMILY_MAP) {
        print_row_check(text, "xk_acc xk_settle(", "xk_acc, ", 1 + stub_count(facts->numbers), "");
        print_row_check(text, "xk_r xk_map(", "", stub_count(facts->elements & ~facts->numbers), ", xk_acc");
    } else {
        print_row_check(text, "xk_r xk_finish(", "xk_acc, ", 1 + stub_count(facts->numbers), "");
    }
}

static void print_element_check(const char *text)
{
    print_place(text, "KERNEL(");
    printf("enum { CPU_DEFINED = KERNEL_IS_MISSING };\n");
}

/* --- stubs --- */

static const char *name_of(int dtype)
{
    return expops_dtype_name((expops_dtype)dtype);
}

static void print_constant(const char *word, int dtype)
{
    printf("#define %s EXPOPS_DTYPE_", word);
    for (const char *c = name_of(dtype); *c; c++)
        putchar(toupper((unsigned char)*c));
    printf("\n");
}

static void print_stub(const cpu_stub *stub)
{
    const stub_facts *facts = &stub->facts;
    const char *name = stub->op->name, *dtype = name_of(stub->dtype);
    const int rows = facts->family != EXPOPS_FAMILY_POINTWISE;
    int arithmetic, result;
    expops_operator_types(stub->op, stub->dtype, &arithmetic, &result);
    result = facts->position ? EXPOPS_DTYPE_BOOL : cpu_store_of(result);
    printf("/* Written by tools/write_stubs.c. */\n#define XK 1\n#define XK_D %s\n#define XK_R %s\n", dtype,
           name_of(result));
    print_class(stub->dtype);
    printf("#define XK_CHOICE %u\n#define CPU_NAME cpu_k_%s_%s_%u\n", stub->choice, name, dtype, stub->choice);
    print_constant("CPU_STORE_DTYPE", stub->dtype);
    print_constant("CPU_RESULT_DTYPE", result);
    if (rows)
        print_row_defines(facts);
    else if (!facts->position)
        print_element_defines(stub->op, facts);
    printf("#include \"cpu_kernel.h\"\n%s#include \"cpu_signature.h\"\n#include \"%s/%s.c\"\n",
           stub->dtype == EXPOPS_DTYPE_F32 ? "#include \"cpu_vector.h\"\n" : "", stub->folder, name);
    if (rows)
        print_row_checks(facts, expops_operator_text(stub->op));
    else if (!facts->position)
        print_element_check(expops_operator_text(stub->op));
    printf("#include \"%s\"\n", rows ? "cpu_rows.inc" : facts->position ? "cpu_position.inc" : "cpu_pointwise.inc");
}

/* --- the whole --- */

typedef struct job {
    const char *folder, *out, *levels;
    char **names; /* expected, NULL at their end */
    int changed, failed;
} job;

typedef void visit(const cpu_stub *stub, job *job);

/* In the order of the table: by name, element type and choice. */
static void each_stub(const char *folder, visit *visit, job *job)
{
    for (size_t i = 0; i < expops_registry_count; i++) {
        cpu_stub stub = { .op = expops_registry[i].op, .folder = folder };
        stub_facts_read(stub.op, &stub.facts);
        for (stub.dtype = 0; stub.dtype < EXPOPS_DTYPE_COUNT; stub.dtype++)
            for (stub.choice = 0; stub.choice < stub.facts.choices && stub.facts.dtypes >> stub.dtype & 1u;
                 stub.choice++)
                visit(&stub, job);
    }
}

static void file_name(const cpu_stub *stub, char name[256])
{
    snprintf(name, 256, "%s.%s.%u.c", stub->op->name, name_of(stub->dtype), stub->choice);
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
    print_stub(stub);
    end_file(job, name);
}

typedef void print_level(const cpu_stub *stub, uint32_t number, const char *level, int length);

/* Calls `print` for each level that the stub is compiled for. */
static void each_level(const cpu_stub *stub, const job *job, print_level *print)
{
    const char *level = job->levels;
    for (uint32_t number = 0; level; number++) {
        const char *const end = strchr(level, ',');
        if (end || !number || stub->dtype == EXPOPS_DTYPE_F32 || stub->dtype == EXPOPS_DTYPE_F64)
            print(stub, number, level, (int)(end ? (size_t)(end - level) : strlen(level)));
        level = end ? end + 1 : NULL;
    }
}

static void print_declaration(const cpu_stub *stub, uint32_t number, const char *level, int length)
{
    printf("extern const cpu_instance cpu_k_%s_%s_%u_%.*s;\n", stub->op->name, name_of(stub->dtype), stub->choice,
           length, level);
}

static void print_row(const cpu_stub *stub, uint32_t number, const char *level, int length)
{
    printf("    { \"%s\", %d, %u, %u, %u, &cpu_k_%s_%s_%u_%.*s },\n", stub->op->name, stub->dtype, stub->choice,
           stub->facts.choices, number, stub->op->name, name_of(stub->dtype), stub->choice, length, level);
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
    job job = { arguments[0], arguments[1], arguments[2], arguments + 4, 0, 0 };
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
    job job = { arguments[0], arguments[1] };
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
