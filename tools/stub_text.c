/* What a stub of the CPU's says: defines, the operator's text, and checks of it. */
#include "stub_text.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "draft/promote.h"

int stub_of_kernel(const cpu_stub *stub)
{
    return stub->op->family == EXPOPS_FAMILY_POINTWISE && stub->family != EXPOPS_FAMILY_POINTWISE;
}

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
    if (expops_dtype_is_unsigned(dtype))
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

/* Where the body is a KERNEL, its brackets say what is lifted; see cpu_rows.inc. */
static void print_row_defines(const cpu_stub *stub)
{
    const stub_facts *facts = &stub->facts;
    const int map = stub->family == EXPOPS_FAMILY_MAP;
    if (stub->family == EXPOPS_FAMILY_WINDOW)
        printf("#define CPU_SUMS %d\n", !facts->moves);
    printf("#define CPU_IS_MAP %d\n#define CPU_ATTRIBUTES %u\n", map, facts->attributes);
    print_each("CPU_ROW_NUMBERS", facts->attributes, " , ", ", ", "");
    if (stub_of_kernel(stub)) {
        printf("#define CPU_LIFTS_KERNEL 1\n");
        return;
    }
    printf("#define CPU_LIFTS %u\n#define CPU_ARRAYS %u\n", facts->lifted, map ? facts->mapped : facts->lifted);
    print_each("CPU_LIFTED_ARGUMENTS", facts->lifted, " ", ", ", "");
    print_each("CPU_MAP_ARRAYS", facts->mapped, " ", " ", ",");
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

static void print_row_checks(const cpu_stub *stub, const char *text)
{
    const stub_facts *facts = &stub->facts;
    print_row_check(text, "xk_acc xk_identity(", "void", 0, "");
    if (stub_of_kernel(stub))
        print_row_check(text, "xk_acc xk_lift(", "xk_r", 0, "");
    else
        print_row_check(text, "xk_acc xk_lift(", "", facts->lifted, "");
    print_row_check(text, "xk_acc xk_combine(", "xk_acc, xk_acc", 0, "");
    if (stub->family == EXPOPS_FAMILY_MAP) {
        print_row_check(text, "xk_acc xk_settle(", "xk_acc, ", 1 + facts->attributes, "");
        print_row_check(text, "xk_r xk_map(", "", facts->mapped, ", xk_acc");
    } else {
        print_row_check(text, "xk_r xk_finish(", "xk_acc, ", 1 + facts->attributes, "");
    }
}

static void print_element_check(const char *text)
{
    print_place(text, "KERNEL(");
    printf("enum { CPU_DEFINED = KERNEL_IS_MISSING };\n");
}

/* --- stubs --- */

const char *stub_dtype_name(int dtype)
{
    return expops_dtype_name((expops_dtype)dtype);
}

static void print_constant(const char *word, int dtype)
{
    printf("#define %s EXPOPS_DTYPE_", word);
    for (const char *c = stub_dtype_name(dtype); *c; c++)
        putchar(toupper((unsigned char)*c));
    printf("\n");
}

void stub_symbol(const cpu_stub *stub, char symbol[256])
{
    snprintf(symbol, 256, "cpu_k_%s_%s_%u%s", stub->op->name, stub_dtype_name(stub->dtype), stub->choice,
             stub_of_kernel(stub) ? "_rows" : "");
}

void stub_print(const cpu_stub *stub)
{
    const stub_facts *facts = &stub->facts;
    const char *name = stub->op->name, *dtype = stub_dtype_name(stub->dtype);
    const int rows = stub->family != EXPOPS_FAMILY_POINTWISE;
    const int kernel = stub->op->family == EXPOPS_FAMILY_POINTWISE && !facts->position;
    char symbol[256];
    int arithmetic, result;
    stub_symbol(stub, symbol);
    expops_operator_types(stub->op, stub->dtype, &arithmetic, &result);
    result = facts->position ? EXPOPS_DTYPE_BOOL : cpu_store_of(result);
    printf("/* Written by tools/write_stubs.c. */\n#define XK 1\n#define XK_D %s\n#define XK_R %s\n", dtype,
           stub_dtype_name(result));
    print_class(stub->dtype);
    printf("#define XK_CHOICE %u\n#define CPU_NAME %s\n", stub->choice, symbol);
    print_constant("CPU_STORE_DTYPE", stub->dtype);
    print_constant("CPU_RESULT_DTYPE", result);
    if (rows)
        print_row_defines(stub);
    if (kernel)
        print_element_defines(stub->op, facts);
    printf("#include \"cpu_kernel.h\"\n%s%s#include \"cpu_signature.h\"\n#include \"%s/%s.c\"\n",
           stub->family == EXPOPS_FAMILY_WINDOW ? "#include \"kernels/window.kernel.h\"\n" : "",
           stub->dtype == EXPOPS_DTYPE_F32 ? "#include \"cpu_vector.h\"\n" : "", stub->folder, name);
    if (rows && !facts->moves)
        print_row_checks(stub, expops_operator_text(stub->op));
    if (kernel)
        print_element_check(expops_operator_text(stub->op));
    printf("#include \"%s\"\n", stub->family == EXPOPS_FAMILY_WINDOW ? "cpu_window.inc"
                                : rows                               ? "cpu_rows.inc"
                                : facts->position                    ? "cpu_position.inc"
                                                                     : "cpu_pointwise.inc");
}
